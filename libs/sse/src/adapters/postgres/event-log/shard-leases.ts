import type { Pool } from 'pg';
import type { Clock } from '@nest-herald/platform';

/** Duration of a lease, by the clock of the database. */
export const LEASE_TTL_MS = 1_500;
/** Time between two renewals, and between two reads of the other servers' leases. */
export const LEASE_RENEWAL_MS = 500;
/** A lease that ends before the next read is read again when it ends, with jitter so that candidates do not collide. */
const AFTER_END_MS = 5;
const JITTER_MS = 20;

/** Callbacks of {@link ShardLeases}. */
export interface LeaseEvents {
  /** This server owns the shard from now on. `term` fences all former owners. */
  taken(shard: number, term: bigint): void;
  /** Another server may own the shard now. */
  lost(shard: number): void;
  /** The current id of the log in the database. */
  identity(logId: string): void;
  failed(error: unknown): void;
}

/**
 * The shards that this server owns. States of a shard: not held → held (term n) → not held.
 *
 * A lease is a row with an owner, a term and an end. The clock of the database decides, and every turn of the sequencer checks
 * the lease again. A session lock would not do, because a paused process keeps it for ever.
 */
export class ShardLeases {
  readonly #held = new Map<number, { readonly term: bigint; trustedUntil: number }>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Time until the first lease of another server ends, as of the last read. */
  #nextForeignEndMs = Number.POSITIVE_INFINITY;

  /** @param shards the configured number; shards that were used before are owned too, so that no committed event is stranded. */
  constructor(
    private readonly pool: Pool,
    readonly owner: string,
    private readonly shards: number,
    private readonly clock: Clock,
    private readonly events: LeaseEvents,
  ) {}

  /** Resolves after the first attempt. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#tick();
  }

  /** Ends the sequencers of all shards. {@link release} then frees the leases, so that a successor starts at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
    const held = [...this.#held.keys()];
    this.#held.clear();
    for (const shard of held) this.events.lost(shard);
  }

  /** Call after the last turn has ended. */
  async release(): Promise<void> {
    await this.pool.query('SELECT sse.release_leases($1)', [this.owner]);
  }

  /** PostgreSQL has refused the lease: it is taken again, with a higher term, when it is free. */
  forget(shard: number): void {
    this.#lose(shard);
  }

  holds(shard: number): boolean {
    return this.#held.has(shard);
  }

  /** Whether the lease is certainly valid, counted from before its renewal was requested, by a clock that never jumps. */
  isTrusted(shard: number): boolean {
    const lease = this.#held.get(shard);
    return lease !== undefined && this.clock.monotonicMs() < lease.trustedUntil;
  }

  async #tick(): Promise<void> {
    this.#running = this.#renewAndTake();
    await this.#running;
    if (this.#stopped) return;
    const regularMs = LEASE_RENEWAL_MS * (0.9 + Math.random() * 0.2);
    // A live owner has renewed by then; the shard of a dead one can be taken from this moment on.
    const afterEndMs = this.#nextForeignEndMs + AFTER_END_MS + Math.random() * JITTER_MS;
    this.#timer = setTimeout(() => void this.#tick(), Math.min(regularMs, afterEndMs));
    this.#timer.unref();
  }

  async #renewAndTake(): Promise<void> {
    this.#nextForeignEndMs = Number.POSITIVE_INFINITY;
    try {
      if (this.#held.size > 0) await this.#renew();
      await this.#take();
    } catch (error) {
      this.events.failed(error);
    }
    for (const shard of this.#held.keys()) if (!this.isTrusted(shard)) this.#lose(shard);
  }

  async #renew(): Promise<void> {
    const shards = [...this.#held.keys()];
    const terms = shards.map((shard) => String(this.#held.get(shard)?.term));
    const trustedUntil = this.clock.monotonicMs() + LEASE_TTL_MS;
    const { rows } = await this.pool.query<{ shard: number; log_id: string }>({
      name: 'sse-renew',
      text: 'SELECT shard, log_id FROM sse.renew_leases($1, $2, $3, $4)',
      values: [this.owner, shards, terms, LEASE_TTL_MS],
    });
    const renewed = new Set(rows.map((row) => row.shard));
    for (const shard of shards) {
      const lease = this.#held.get(shard);
      if (lease && renewed.has(shard)) lease.trustedUntil = trustedUntil;
      else this.#lose(shard);
    }
    if (rows[0]) this.events.identity(rows[0].log_id);
  }

  async #take(): Promise<void> {
    const { rows: leases } = await this.pool.query<{ shard: number; ends_in_ms: number }>({
      name: 'sse-lease-ends',
      text: 'SELECT shard, ends_in_ms FROM sse.lease_ends()',
    });
    const endsInMs = new Map(leases.map((lease) => [lease.shard, lease.ends_in_ms]));
    const wanted = new Set([...Array.from({ length: this.shards }, (_, shard) => shard), ...endsInMs.keys()]);
    for (const shard of this.#held.keys()) wanted.delete(shard);
    const free = [...wanted].filter((shard) => (endsInMs.get(shard) ?? 0) <= 0).sort((a, b) => a - b);
    for (const shard of wanted) {
      const ms = endsInMs.get(shard) ?? 0;
      if (ms > 0) this.#nextForeignEndMs = Math.min(this.#nextForeignEndMs, ms);
    }
    if (free.length === 0) return;
    const trustedUntil = this.clock.monotonicMs() + LEASE_TTL_MS;
    const { rows } = await this.pool.query<{ shard: number; term: string }>({
      name: 'sse-take',
      text: 'SELECT shard, term FROM sse.take_leases($1, $2, $3)',
      values: [this.owner, free, LEASE_TTL_MS],
    });
    for (const { shard, term } of rows) {
      this.#held.set(shard, { term: BigInt(term), trustedUntil });
      this.events.taken(shard, BigInt(term));
    }
  }

  #lose(shard: number): void {
    if (this.#held.delete(shard)) this.events.lost(shard);
  }
}
