import { type CloseReason, SESSION_EXPIRING_LEAD_MS } from '@nest-herald/sse-protocol';
import type { Clock } from '@nest-herald/platform';
import type { Jitter } from '../../time/jitter.js';
import type { TimerWheel, WheelEntry } from './timer-wheel.js';

/** The connection as its timers see it. */
export interface TimedConnection {
  onHeartbeatDue(): void;
  onTokenExpiring(): void;
  close(reason: CloseReason, options?: { readonly reconnect?: boolean }): void;
  reset(): void;
}

/** Durations in ms; 0 = off. */
export interface TimerSettings {
  readonly heartbeatIntervalMs: number;
  readonly maxConnectionAgeMs: number;
}

/** Interval of the other work of a heartbeat (cursor, idle time) on a connection without heartbeats. */
const INTERVAL_WITHOUT_HEARTBEAT_MS = 15_000;
const SPREAD = 0.1;

/** All timers of one connection in one entry of the {@link TimerWheel}, due at the earliest of them. */
export class ConnectionTimers implements WheelEntry {
  dueAtMs = Infinity;
  wheelSlot = -1;
  wheelIndex = -1;
  #heartbeatAt = Infinity;
  #expiringAt = Infinity;
  #tokenEndAt = Infinity;
  #maxAgeAt = Infinity;
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
    this.#heartbeatAt = now + this.#heartbeatInterval();
    const { maxConnectionAgeMs } = this.settings;
    if (maxConnectionAgeMs > 0) this.#maxAgeAt = now + this.jitter.around(maxConnectionAgeMs, SPREAD);
    this.setTokenEnd(expiresAt);
  }

  /** Sets the end of the token, also after a token refresh. */
  setTokenEnd(expiresAt: Date): void {
    this.#expiresAt = expiresAt;
    const remaining = this.#tokenRemainingMs();
    const now = this.clock.monotonicMs();
    this.#tokenEndAt = now + remaining;
    this.#expiringAt = Math.max(now, this.#tokenEndAt - SESSION_EXPIRING_LEAD_MS);
    this.#reschedule();
  }

  /** Replaces all other timers by a deadline, at which the connection is reset. */
  startDeadline(withinMs: number): void {
    this.#heartbeatAt = this.#expiringAt = this.#tokenEndAt = this.#maxAgeAt = Infinity;
    this.#deadlineAt = this.clock.monotonicMs() + withinMs;
    this.#reschedule();
  }

  stop(): void {
    this.#heartbeatAt = this.#expiringAt = this.#tokenEndAt = this.#maxAgeAt = this.#deadlineAt = Infinity;
    this.wheel.remove(this);
  }

  onDue(nowMs: number): number {
    if (nowMs >= this.#deadlineAt) {
      this.#deadlineAt = Infinity;
      this.owner.reset();
    }
    if (nowMs >= this.#tokenEndAt) this.#checkTokenEnd(nowMs);
    if (nowMs >= this.#expiringAt) {
      this.#expiringAt = Infinity;
      this.owner.onTokenExpiring();
    }
    if (nowMs >= this.#maxAgeAt) {
      this.#maxAgeAt = Infinity;
      this.owner.close('limit', { reconnect: true });
    }
    if (nowMs >= this.#heartbeatAt) {
      this.#heartbeatAt = nowMs + this.#heartbeatInterval();
      this.owner.onHeartbeatDue();
    }
    return this.#earliest();
  }

  /** Compares the wall clock again, because one that was set back must not end a token early. */
  #checkTokenEnd(nowMs: number): void {
    const remaining = this.#tokenRemainingMs();
    if (remaining > 0) {
      this.#tokenEndAt = nowMs + remaining;
      return;
    }
    this.#tokenEndAt = Infinity;
    this.#expiringAt = Infinity;
    this.owner.close('token_expired');
  }

  #tokenRemainingMs(): number {
    return Math.max(0, this.#expiresAt.getTime() - this.clock.now().getTime());
  }

  #heartbeatInterval(): number {
    const { heartbeatIntervalMs } = this.settings;
    return this.jitter.around(heartbeatIntervalMs > 0 ? heartbeatIntervalMs : INTERVAL_WITHOUT_HEARTBEAT_MS, SPREAD);
  }

  #earliest(): number {
    return Math.min(this.#heartbeatAt, this.#expiringAt, this.#tokenEndAt, this.#maxAgeAt, this.#deadlineAt);
  }

  #reschedule(): void {
    this.wheel.schedule(this, this.#earliest());
  }
}
