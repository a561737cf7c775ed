import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';

/** Time between two reads, with 20 % jitter so that servers do not read at the same moment. */
const TAIL_INTERVAL_MS = 1_000;
const PAGE = 1_000;
const HEADS_PER_HINT = 500;

/** Callbacks of a {@link BatchTail}. */
export interface TailEvents {
  observe(hint: Hint): void;
  /** The id of the log, on every read. */
  identity(logId: string): void;
  failed(error: unknown): void;
}

/**
 * Repairs what the backplane lost: every server reads the batches that it has not seen, about once a second. Their numbers are
 * dense, so a missing one shows. Thanks to the tail, hints only affect latency.
 */
export class BatchTail {
  readonly #seen = new Map<number, number>();
  /** The log that the numbers in {@link #seen} belong to. */
  #logId = '';
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Monotonic time of the last successful read. */
  lastReadMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pool: Pool,
    private readonly events: TailEvents,
  ) {}

  /** Starts after the newest batches. @throws when the database does not answer. */
  async start(): Promise<void> {
    this.#stopped = false;
    const { batches, logId } = await this.#newest();
    this.#logId = logId;
    for (const [shard, no] of batches) this.#seen.set(shard, no);
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#read();
        void this.#running.then(() => this.#schedule());
      },
      TAIL_INTERVAL_MS * (0.8 + Math.random() * 0.4),
    );
    this.#timer.unref();
  }

  async #read(): Promise<void> {
    try {
      const { batches, logId } = await this.#newest();
      this.events.identity(logId);
      if (logId !== this.#logId) await this.#switchLog(logId, batches);
      const grown = [...batches].filter(([shard, no]) => no > (this.#seen.get(shard) ?? 0)).map(([shard]) => shard);
      for (const shard of grown) await this.#follow(shard);
    } catch (error) {
      this.events.failed(error);
    }
  }

  /**
   * Another log has its own batch numbers: those of a promoted replica or a restored backup continue from lower ones and would
   * appear to be seen already.
   */
  async #switchLog(logId: string, batches: ReadonlyMap<number, number>): Promise<void> {
    for (const [shard, no] of batches) await this.#observeEverything(shard, no);
    this.#seen.clear();
    for (const [shard, no] of batches) this.#seen.set(shard, no);
    this.#logId = logId;
  }

  async #newest(): Promise<{ readonly batches: Map<number, number>; readonly logId: string }> {
    const { rows } = await this.pool.query<{ log_id: string; shard: number | null; no: string | null }>({
      name: 'sse-newest-batches',
      text: 'SELECT i.log_id, b.shard, b.no FROM (SELECT sse.log_id() AS log_id) i LEFT JOIN sse.newest_batches() b ON true',
    });
    this.lastReadMs = performance.now();
    const batches = new Map<number, number>();
    for (const { shard, no } of rows) if (shard !== null) batches.set(shard, Number(no));
    return { batches, logId: rows[0]?.log_id ?? '' };
  }

  async #follow(shard: number): Promise<void> {
    for (let full = true; full && !this.#stopped;) {
      const after = this.#seen.get(shard) ?? 0;
      const { rows } = await this.pool.query<{ no: string; heads: Record<string, number> }>({
        name: 'sse-tail',
        text: 'SELECT no, heads FROM sse.tail($1, $2, $3)',
        values: [[shard], [after], PAGE],
      });
      const first = rows[0];
      const last = rows.at(-1);
      if (!first || !last) return;
      // This server was paused longer than batches are kept, so some are gone: read the heads from the log itself.
      if (Number(first.no) > after + 1) await this.#observeEverything(shard, Number(last.no));
      const heads = Object.create(null) as Record<string, number>;
      for (const row of rows) for (const [tenant, head] of Object.entries(row.heads)) heads[tenant] = head;
      this.events.observe({ shard, no: Number(last.no), heads });
      this.#seen.set(shard, Number(last.no));
      full = rows.length === PAGE;
    }
  }

  async #observeEverything(shard: number, no: number): Promise<void> {
    const { rows } = await this.pool.query<{ tenant_id: string; head: string }>(
      'SELECT tenant_id, head FROM sse.all_heads()',
    );
    for (let from = 0; from < rows.length; from += HEADS_PER_HINT) {
      const heads = Object.create(null) as Record<string, number>;
      for (const row of rows.slice(from, from + HEADS_PER_HINT)) heads[row.tenant_id] = Number(row.head);
      this.events.observe({ shard, no, heads });
    }
  }
}
