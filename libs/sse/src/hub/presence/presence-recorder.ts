import type { Connection } from '../../connection/connection.js';
import type { TimerWheel, WheelEntry } from '../../connection/timing/timer-wheel.js';
import type { Presence } from '../../presence/presence.js';

/** A poll counts as online for this long after its answer, so that a client between two polls is not offline. */
const POLL_LINGER_MS = 30_000;

/** An answered poll that still counts as online. */
interface Lingering extends WheelEntry {
  readonly connectionId: string;
}

/** Records connections in presence. A stream is removed at once, a poll when the same device polls again or after 30 s. */
export class PresenceRecorder {
  readonly #lingering = new Map<string, Lingering>();

  constructor(
    private readonly presence: Presence,
    private readonly nodeId: string,
    private readonly wheel: TimerWheel,
    private readonly nowMs: () => number,
  ) {}

  opened(connection: Connection): void {
    const { sessionId } = connection.principal;
    this.presence.add({
      connectionId: connection.id,
      tenantId: connection.tenantId,
      userId: connection.userId,
      nodeId: this.nodeId,
      device: connection.device,
      transport: connection.transport,
      topics: connection.topics,
      since: connection.since,
      ...(sessionId === undefined ? {} : { sessionId }),
    });
    if (connection.transport === 'poll') this.#remove(keyOf(connection));
  }

  closed(connection: Connection): void {
    if (connection.transport !== 'poll') {
      this.presence.remove(connection.id);
      return;
    }
    const key = keyOf(connection);
    this.#remove(key);
    const entry: Lingering = {
      connectionId: connection.id,
      dueAtMs: Infinity,
      wheelSlot: -1,
      wheelIndex: -1,
      onDue: () => {
        this.#remove(key);
        return Infinity;
      },
    };
    this.#lingering.set(key, entry);
    this.wheel.schedule(entry, this.nowMs() + POLL_LINGER_MS);
  }

  /** Removes all lingering polls. */
  stop(): void {
    for (const key of this.#lingering.keys()) this.#remove(key);
  }

  #remove(key: string): void {
    const entry = this.#lingering.get(key);
    if (entry === undefined) return;
    this.#lingering.delete(key);
    this.wheel.remove(entry);
    this.presence.remove(entry.connectionId);
  }
}

function keyOf(connection: Connection): string {
  return `${connection.tenantId} ${connection.userId} ${connection.device}`;
}
