import type { Connection } from '../../connection/connection.js';
import type { TimerWheel, WheelEntry } from '../../connection/timing/timer-wheel.js';
import type { Presence } from '../../presence/presence.js';

/** A poll counts as online until this long after its answer (api.md §3), so that a client between two polls is not offline. */
const POLL_LINGER_MS = 30_000;

/** One poll that was answered and still counts. */
interface Lingering extends WheelEntry {
  readonly connectionId: string;
}

/** Tells presence who is there. Streams leave at once; a poll lingers until the same device polls again, or 30 s. */
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
    if (connection.transport === 'poll') this.#forget(placeOf(connection));
  }

  closed(connection: Connection): void {
    if (connection.transport !== 'poll') {
      this.presence.remove(connection.id);
      return;
    }
    const place = placeOf(connection);
    this.#forget(place);
    const entry: Lingering = {
      connectionId: connection.id,
      dueAtMs: Infinity,
      wheelSlot: -1,
      wheelIndex: -1,
      onDue: () => {
        this.#forget(place);
        return Infinity;
      },
    };
    this.#lingering.set(place, entry);
    this.wheel.schedule(entry, this.nowMs() + POLL_LINGER_MS);
  }

  /** Removes everybody who lingers. */
  stop(): void {
    for (const place of this.#lingering.keys()) this.#forget(place);
  }

  #forget(place: string): void {
    const entry = this.#lingering.get(place);
    if (entry === undefined) return;
    this.#lingering.delete(place);
    this.wheel.remove(entry);
    this.presence.remove(entry.connectionId);
  }
}

function placeOf(connection: Connection): string {
  return `${connection.tenantId} ${connection.userId} ${connection.device}`;
}
