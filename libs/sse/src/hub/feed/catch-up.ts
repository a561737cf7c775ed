import type { Connection } from '../../connection/connection.js';
import type { EncodedEvent } from '../../connection/output/encoded-event.js';
import type { LoggedEvent } from '../../vocabulary/envelope.js';
import type { TenantId } from '@nest-herald/platform';
import type { EventLog } from '../../event-log/event-log.js';

/** Limits of one replay; `HubOptions` documents each. 0 = off. */
export interface ReplayLimits {
  readonly replayMaxEvents: number;
  readonly replayMaxScannedRows: number;
}

/** What a replay reads: the ring in memory as far back as it reaches, else the log. */
export interface ReplaySource {
  readonly tenantId: TenantId;
  readonly epoch: string;
  /** `seq` of the newest event that was delivered live. */
  readonly head: number;
  readonly log: Pick<EventLog, 'readFor' | 'bounds'>;
  /** @returns events with `after < seq <= upTo`, at most `limit`; null when the ring does not reach back to `after`. */
  fromRing(after: number, upTo: number, limit: number): readonly EncodedEvent[] | null;
  encode(event: LoggedEvent): EncodedEvent;
}

/** Rows per read. Short pages share the database fairly among many reconnecting clients. */
const PAGE = 200;

/**
 * Brings a connection from its cursor to the live position.
 *
 * The connection was registered in the tick in which the horizon was read. Newer events therefore reach it live and wait in
 * its pending list, and older ones are in the ring or the log: none is lost, none comes twice (P51). The current rights apply
 * (P50). It returns when the connection is live or closing.
 * @throws what the log throws; the connection is still replaying then.
 */
export async function catchUp(connection: Connection, source: ReplaySource, limits: ReplayLimits): Promise<void> {
  const { epoch } = source;
  const start = connection.lastSeq;
  let position = start;
  let horizon = source.head;
  let hasReadLog = false;
  let shown = 0;
  let scanned = 0;
  // A close, a resync or a new epoch during an await ends the replay, so every await is followed by this check.
  const isOver = (): boolean => connection.state !== 'replaying' || source.epoch !== epoch;

  for (;;) {
    while (position < horizon) {
      const ring = source.fromRing(position, horizon, PAGE);
      let page: readonly EncodedEvent[];
      let scannedTo: number;
      if (ring === null) {
        hasReadLog = true;
        const read = await source.log.readFor(source.tenantId, {
          after: position,
          upTo: horizon,
          keys: connection.filter.exactKeys,
          userId: connection.userId,
          everyTopic: connection.filter.patterns.length > 0,
          limit: PAGE,
        });
        if (isOver()) return;
        page = read.events.map((event) => source.encode(event));
        scanned += page.length;
        scannedTo = read.scannedTo;
      } else {
        page = ring;
        scannedTo = ring.at(-1)?.seq ?? horizon;
      }
      for (const event of page) {
        if (!connection.filter.matches(event)) continue;
        if (limits.replayMaxEvents > 0 && shown >= limits.replayMaxEvents) {
          connection.resync('overflow');
          return;
        }
        if (connection.replay(event)) shown += 1;
        const writable = connection.whenWritable();
        if (writable === null) continue;
        await writable;
        if (isOver()) return;
      }
      if (limits.replayMaxScannedRows > 0 && scanned > limits.replayMaxScannedRows) {
        connection.resync('overflow');
        return;
      }
      position = scannedTo;
    }
    if (hasReadLog) {
      // Retention may have dropped rows between two pages. They would look like events that the user may not see.
      const { floor } = await source.log.bounds(source.tenantId);
      if (isOver()) return;
      if (floor > start) {
        connection.resync('history_gap');
        return;
      }
      hasReadLog = false;
    }
    if (!connection.takePendingOverflow()) break;
    horizon = source.head;
  }
  connection.goLive();
}
