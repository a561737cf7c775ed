import type { TenantId } from '@nest-herald/platform';
import { encodeLogged } from '../../connection/output/encoded-event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { EventRing } from './event-ring.js';

/** The feed whose ring is filled. */
interface BackfilledFeed {
  readonly tenantId: TenantId;
  readonly epoch: string;
  readonly floor: number;
  readonly head: number;
  readonly log: Pick<EventLog, 'readRange'>;
  readonly ring: EventRing;
  readonly options: { readonly ringMaxEvents: number };
}

/** Events per read. */
const PAGE = 500;

/**
 * Fills the ring of a feed backwards from the log. All callers share one read: when clients reconnect to a server that has just
 * started, this costs a few reads and not a few per client.
 */
export class RingBackfill {
  #running: Promise<void> | null = null;

  constructor(private readonly feed: BackfilledFeed) {}

  /**
   * Fills the ring until it reaches back to `after`, as far as its bounds allow.
   * @throws what the log throws.
   */
  async fill(after: number): Promise<void> {
    while (this.feed.head - after <= this.feed.options.ringMaxEvents && this.#oldestSeq() > after + 1) {
      const before = this.#oldestSeq();
      this.#running ??= this.#readBefore(before, after).finally(() => {
        this.#running = null;
      });
      await this.#running;
      if (this.#oldestSeq() >= before) return;
    }
  }

  /** `seq` of the oldest event that needs no read. */
  #oldestSeq(): number {
    return this.feed.ring.oldestSeq ?? this.feed.head + 1;
  }

  async #readBefore(before: number, after: number): Promise<void> {
    const { epoch, floor, log, tenantId } = this.feed;
    const from = Math.max(after, before - 1 - PAGE, floor);
    const page = await log.readRange(tenantId, from, before - 1, PAGE);
    if (this.feed.epoch === epoch) this.feed.ring.prepend(page.map((event) => encodeLogged(epoch, event)));
  }
}
