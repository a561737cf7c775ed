import { SESSION_EXPIRING_LEAD_MS } from '@nest-herald/sse-protocol';
import type { Clock, Jitter } from '@nest-herald/platform';
import type { TimerWheel, WheelEntry } from './timer-wheel.js';

/** What the timers of a connection call. */
export interface TimedConnection {
  onHeartbeatDue(): void;
  onTokenExpiring(): void;
  onTokenEnded(): void;
  onTooOld(): void;
  onDeadline(): void;
}

/** Times of a connection in ms; 0 = off. */
export interface TimerSettings {
  readonly heartbeatIntervalMs: number;
  readonly maxConnectionAgeMs: number;
}

/** How often a connection without heartbeats is looked at, for what else a beat does. */
const BEAT_WITHOUT_HEARTBEAT_MS = 15_000;
const SPREAD = 0.1;

/** All times of one connection behind one entry of the {@link TimerWheel}: the earliest one counts. */
export class ConnectionTimers implements WheelEntry {
  dueAtMs = Infinity;
  wheelSlot = -1;
  wheelIndex = -1;
  #beatAt = Infinity;
  #expiringAt = Infinity;
  #tokenEndAt = Infinity;
  #tooOldAt = Infinity;
  #deadlineAt = Infinity;
  #expiresAt = new Date(0);

  constructor(
    private readonly owner: TimedConnection,
    private readonly wheel: TimerWheel,
    private readonly clock: Clock,
    private readonly jitter: Jitter,
    private readonly settings: TimerSettings,
  ) {}

  start(expiresAt: Date): void {
    const now = this.clock.monotonicMs();
    this.#beatAt = now + this.#beatInterval();
    const { maxConnectionAgeMs } = this.settings;
    if (maxConnectionAgeMs > 0) this.#tooOldAt = now + this.jitter.around(maxConnectionAgeMs, SPREAD);
    this.setTokenEnd(expiresAt);
  }

  /** Also after a token was swapped. */
  setTokenEnd(expiresAt: Date): void {
    this.#expiresAt = expiresAt;
    const remaining = this.#tokenRemainingMs();
    const now = this.clock.monotonicMs();
    this.#tokenEndAt = now + remaining;
    this.#expiringAt = Math.max(now, this.#tokenEndAt - SESSION_EXPIRING_LEAD_MS);
    this.#reschedule();
  }

  /** From now on only the deadline counts. */
  startDeadline(withinMs: number): void {
    this.#beatAt = this.#expiringAt = this.#tokenEndAt = this.#tooOldAt = Infinity;
    this.#deadlineAt = this.clock.monotonicMs() + withinMs;
    this.#reschedule();
  }

  stop(): void {
    this.#beatAt = this.#expiringAt = this.#tokenEndAt = this.#tooOldAt = this.#deadlineAt = Infinity;
    this.wheel.remove(this);
  }

  onDue(nowMs: number): number {
    if (nowMs >= this.#deadlineAt) {
      this.#deadlineAt = Infinity;
      this.owner.onDeadline();
    }
    if (nowMs >= this.#tokenEndAt) this.#tokenMayHaveEnded(nowMs);
    if (nowMs >= this.#expiringAt) {
      this.#expiringAt = Infinity;
      this.owner.onTokenExpiring();
    }
    if (nowMs >= this.#tooOldAt) {
      this.#tooOldAt = Infinity;
      this.owner.onTooOld();
    }
    if (nowMs >= this.#beatAt) {
      this.#beatAt = nowMs + this.#beatInterval();
      this.owner.onHeartbeatDue();
    }
    return this.#earliest();
  }

  /** A wall clock that was set back while the connection was open must not end a token early. */
  #tokenMayHaveEnded(nowMs: number): void {
    const remaining = this.#tokenRemainingMs();
    if (remaining > 0) {
      this.#tokenEndAt = nowMs + remaining;
      return;
    }
    this.#tokenEndAt = Infinity;
    this.#expiringAt = Infinity;
    this.owner.onTokenEnded();
  }

  #tokenRemainingMs(): number {
    return Math.max(0, this.#expiresAt.getTime() - this.clock.now().getTime());
  }

  #beatInterval(): number {
    const { heartbeatIntervalMs } = this.settings;
    return this.jitter.around(heartbeatIntervalMs > 0 ? heartbeatIntervalMs : BEAT_WITHOUT_HEARTBEAT_MS, SPREAD);
  }

  #earliest(): number {
    return Math.min(this.#beatAt, this.#expiringAt, this.#tokenEndAt, this.#tooOldAt, this.#deadlineAt);
  }

  #reschedule(): void {
    this.wheel.schedule(this, this.#earliest());
  }
}
