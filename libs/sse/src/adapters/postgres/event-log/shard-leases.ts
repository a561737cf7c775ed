import type { Pool } from 'pg';
import type { Clock } from '../../../vocabulary/clock.js';

/** Length of a lease, by the clock of the database. */
export const LEASE_TTL_MS = 1_500;
/** Time between two renewals, and between two looks at the leases of others. */
export const LEASE_RENEWAL_MS = 500;
/** A lease that ends before the next look is looked at again when it ends, spread so that successors do not come in one moment. */
const BEHIND_THE_END_MS = 5;
const SPREAD_MS = 20;

/** What changes hands. */
export interface LeaseEvents {
  /** This process numbers the shard from now on. `term` fences all predecessors. */
  taken(shard: number, term: bigint): void;
  /** Somebody else may number it now. */
  lost(shard: number): void;
  /** The id of the log as the server knows it now. */
  identity(logId: string): void;
  failed(error: unknown): void;
}

/**
 * Which shards this process numbers. States of a shard: not held → held (term n) → not held.
 *
 * A lease is a row with an owner, a term and an end; the database's clock decides, every turn of the sequencer checks it
 * again. A session lock would not do: a process that is paused keeps it for ever.
 */
export class ShardLeases {
  readonly #held = new Map<number, { readonly term: bigint; trustedUntil: number }>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  /** When the first lease of somebody else ends, as the last look saw it. */
  #othersEndInMs = Number.POSITIVE_INFINITY;

  /** @param shards configured number; shards that were ever used are looked after too. */
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

  /** Gives everything back, so that a successor begins at once. */
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

  /** The server has said that the lease is not ours: it is taken anew, with a higher term, when it is free. */
  forget(shard: number): void {
    this.#lose(shard);
  }

  holds(shard: number): boolean {
    return this.#held.has(shard);
  }

  /** Whether the lease surely still runs: counted from before the renewal was asked for, by a clock that never jumps. */
  isTrusted(shard: number): boolean {
    const lease = this.#held.get(shard);
    return lease !== undefined && this.clock.monotonicMs() < lease.trustedUntil;
  }

  async #tick(): Promise<void> {
    this.#running = this.#renewAndTake();
    await this.#running;
    if (this.#stopped) return;
    const regularMs = LEASE_RENEWAL_MS * (0.9 + Math.random() * 0.2);
    // An owner that lives has renewed by then; of one that died this is the first moment at which it can be followed.
    const atTheEndMs = this.#othersEndInMs + BEHIND_THE_END_MS + Math.random() * SPREAD_MS;
    this.#timer = setTimeout(() => void this.#tick(), Math.min(regularMs, atTheEndMs));
    this.#timer.unref();
  }

  async #renewAndTake(): Promise<void> {
    this.#othersEndInMs = Number.POSITIVE_INFINITY;
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
      if (ms > 0) this.#othersEndInMs = Math.min(this.#othersEndInMs, ms);
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
