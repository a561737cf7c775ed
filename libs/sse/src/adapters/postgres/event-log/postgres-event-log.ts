import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Clock } from '../../../vocabulary/clock.js';
import type { ControlMailbox } from '../../../seams/control-mailbox.js';
import type { LoggedEvent, NewEvent, Tx } from '../../../vocabulary/envelope.js';
import type {
  EventLog,
  HintSinks,
  LogBacklog,
  LogBounds,
  ReplayPage,
  ReplayRequest,
} from '../../../event-log/event-log.js';
import type { TenantId } from '../../../vocabulary/principal.js';
import type { RevocationStore } from '../../../seams/revocation-store.js';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { BatchTail } from './batch-tail.js';
import { LogReader } from './log-reader.js';
import { Maintenance } from './maintenance.js';
import { joinTransaction } from '../open-transaction.js';
import { Outbox } from './outbox.js';
import { PostgresControlMailbox } from '../control/postgres-control-mailbox.js';
import { PostgresRevocationStore } from '../control/postgres-revocation-store.js';
import { WakeUpLimiter } from './wake-up-limiter.js';
import { Sequencer } from './sequencer.js';
import { ShardLeases } from './shard-leases.js';
import { shardOf } from './shard-of.js';

/** Longer than the lease of nodes that were killed a moment ago. */
const SHARDS_PATIENCE_MS = 1_800;
const SHARDS_LOOK_MS = 100;

/** A tail that has not looked for so long means that the database does not answer. */
const STALE_TAIL_MS = 5_000;

/** More than so many that wait are not counted, so that watching a backlog does not add to it. */
const BACKLOG_COUNTED = 10_000;

/** What a {@link PostgresEventLog} is made of. */
export interface PostgresEventLogOptions {
  /** Reads. */
  readonly pool: Pool;
  /** Publications without a transaction of the caller; apart from reads, so that a flood of them cannot hold up what is delivered. */
  readonly publishPool: Pool;
  /** Numbering, leases, tail, maintenance; apart from reads, so that a storm of reconnects cannot hold numbering up. */
  readonly controlPool: Pool;
  /** Unique per process start. */
  readonly owner: string;
  readonly shards: number;
  readonly retentionDays: number;
  readonly clock: Clock;
  /** Told what went wrong in the background; work goes on by itself. */
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * The event log in PostgreSQL: outbox in the publisher's transaction, numbering by the owner of the shard, reading under
 * row-level security. Any number of processes share it. States: stopped → started → stopped; `append` works in each,
 * and what is appended while nobody numbers waits in the outbox.
 */
export class PostgresEventLog implements EventLog {
  readonly revocationStore: RevocationStore;
  readonly controlMailbox: ControlMailbox;
  readonly #outbox: Outbox;
  readonly #reader: LogReader;
  readonly #leases: ShardLeases;
  readonly #tail: BatchTail;
  readonly #maintenance: Maintenance;
  readonly #sequencers = new Map<number, Sequencer>();
  readonly #ending = new Set<Promise<void>>();
  readonly #wakeUps = new WakeUpLimiter((shard) => this.#sinks?.wakeUp(shard));
  #sinks: HintSinks | null = null;
  #logId: string | null = null;

  constructor(private readonly options: PostgresEventLogOptions) {
    const { pool, publishPool, controlPool, onError } = options;
    this.revocationStore = new PostgresRevocationStore(pool, this);
    this.controlMailbox = new PostgresControlMailbox(pool);
    this.#outbox = new Outbox(publishPool, options.shards, (shard) => this.#committed(shard));
    this.#reader = new LogReader(pool);
    this.#leases = new ShardLeases(controlPool, options.owner, options.shards, options.clock, {
      taken: (shard, term) => this.#begin(shard, term),
      lost: (shard) => this.#end(shard),
      identity: (logId) => this.#identify(logId),
      failed: (error) => onError('Leases could not be renewed', error),
    });
    this.#tail = new BatchTail(controlPool, {
      observe: (hint) => this.#sinks?.observe(hint),
      identity: (logId) => this.#identify(logId),
      failed: (error) => onError('The batch tail could not be read', error),
    });
    this.#maintenance = new Maintenance(controlPool, options.retentionDays, (error) =>
      onError('Maintenance of the event log failed', error),
    );
  }

  async start(sinks: HintSinks): Promise<void> {
    this.#sinks = sinks;
    try {
      this.#logId = await this.#askLogId();
      await this.#tail.start();
    } catch (cause) {
      throw new SseError(
        'ERR_SSE_STORAGE',
        `The event log cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Run sseMigrations of @nest-herald/migrations and open connections with the role herald_app.`,
        { cause },
      );
    }
    await this.#maintenance.start();
    await this.#adoptShards();
    await this.#leases.start();
    // Of two nodes that began at once with different numbers the second one has its way, and the first one ends here.
    await this.#adoptShards();
  }

  async stop(): Promise<void> {
    this.#wakeUps.stop();
    await this.#leases.stop();
    await Promise.all(this.#ending);
    await this.#leases
      .release()
      .catch((error: unknown) => this.options.onError('Leases could not be given back', error));
    await this.#tail.stop();
    await this.#maintenance.stop();
    this.#outbox.stop();
    this.#sinks = null;
  }

  append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }> {
    return this.#outbox.append(events, tx);
  }

  /** Somebody committed a transaction of their own that published: number it now and not at the next poll. */
  committed(tenantId: TenantId): void {
    this.#committed(shardOf(tenantId, this.options.shards));
  }

  requireTransaction(tx: Tx): void {
    joinTransaction(tx);
  }

  bounds(tenantId: TenantId): Promise<LogBounds> {
    return this.#reader.bounds(tenantId);
  }

  readRange(tenantId: TenantId, after: number, upTo: number, limit: number): Promise<readonly LoggedEvent[]> {
    return this.#reader.range(tenantId, after, upTo, limit);
  }

  readFor(tenantId: TenantId, request: ReplayRequest): Promise<ReplayPage> {
    return this.#reader.forHolder(tenantId, request);
  }

  firstSince(tenantId: TenantId, since: Date): Promise<number> {
    return this.#reader.firstSince(tenantId, since);
  }

  wakeUp(shard: number): void {
    this.#sequencers.get(shard)?.wakeUp();
  }

  async backlog(): Promise<LogBacklog> {
    const { rows } = await this.options.controlPool.query<{ waiting: string; oldest_ms: number }>({
      name: 'sse-backlog',
      text: 'SELECT waiting, oldest_ms FROM sse.backlog($1, $2)',
      values: [Array.from({ length: this.options.shards }, (_, shard) => shard), BACKLOG_COUNTED],
    });
    return { waiting: Number(rows[0]?.waiting ?? 0), oldestMs: rows[0]?.oldest_ms ?? 0 };
  }

  async health(): Promise<{ readonly ok: boolean; readonly detail?: string }> {
    if (this.#sinks === null) return { ok: false, detail: 'The event log is not started.' };
    if (performance.now() - this.#tail.lastLookMs > STALE_TAIL_MS) {
      return { ok: false, detail: 'The database has not answered for 5 s.' };
    }
    for (const [shard, sequencer] of this.#sequencers) {
      if (sequencer.failingSince)
        return {
          ok: false,
          detail: `Numbering of shard ${shard} fails since ${sequencer.failingSince.toISOString()}.`,
        };
    }
    try {
      const shards = Array.from({ length: this.options.shards }, (_, shard) => shard);
      const { rows } = await this.options.controlPool.query<{ shard: number }>('SELECT sse.unled_shards($1) AS shard', [
        shards,
      ]);
      if (rows.length === 0) return { ok: true };
      return { ok: false, detail: `Nobody numbers shard ${rows.map((row) => row.shard).join(', ')}.` };
    } catch (error) {
      return {
        ok: false,
        detail: `The database does not answer: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  /** For tests and operators: one run of what happens about once a minute. */
  maintain(): Promise<{ readonly made: number; readonly dropped: number }> {
    return this.#maintenance.run();
  }

  #begin(shard: number, term: bigint): void {
    const sequencer = new Sequencer({
      pool: this.options.controlPool,
      owner: this.options.owner,
      shard,
      term,
      isTrusted: () => this.#leases.isTrusted(shard),
      logId: () => this.#logId,
      identify: async () => this.#identify(await this.#askLogId()),
      announce: (hint) => this.#sinks?.announce(hint),
      fenced: () => this.#leases.forget(shard),
      failed: (error) => this.options.onError(`Numbering of shard ${shard} failed`, error),
    });
    this.#sequencers.set(shard, sequencer);
  }

  #end(shard: number): void {
    const sequencer = this.#sequencers.get(shard);
    if (!sequencer) return;
    this.#sequencers.delete(shard);
    const ending = sequencer.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #committed(shard: number): void {
    const own = this.#sequencers.get(shard);
    if (own) own.wakeUp();
    // The owner is another process; before start there is nobody to tell, and the next poll finds it.
    else if (this.#sinks !== null) this.#wakeUps.wakeUp(shard);
  }

  /** @throws SseError `ERR_SSE_INVALID_OPTIONS` when other nodes number with another number of shards. */
  async #adoptShards(): Promise<void> {
    const { shards, controlPool } = this.options;
    const deadline = performance.now() + SHARDS_PATIENCE_MS;
    for (;;) {
      const { rows } = await controlPool.query<{ shards: number }>('SELECT sse.adopt_shards($1) AS shards', [shards]);
      const inForce = rows[0]?.shards;
      if (inForce === shards) return;
      if (performance.now() > deadline) {
        throw new SseError(
          'ERR_SSE_INVALID_OPTIONS',
          `shards is ${shards}, but running nodes number this log with ${inForce}. All nodes need the same number: set ${inForce} here, or stop all nodes and start them with ${shards}.`,
        );
      }
      await delay(SHARDS_LOOK_MS);
    }
  }

  async #askLogId(): Promise<string> {
    const { rows } = await this.options.controlPool.query<{ log_id: string }>('SELECT sse.identify_log() AS log_id');
    return rows[0]?.log_id ?? '';
  }

  #identify(logId: string): void {
    if (logId === '' || logId === this.#logId) return;
    const known = this.#logId !== null;
    this.#logId = logId;
    if (!known) return;
    for (const sequencer of this.#sequencers.values()) sequencer.rescan();
    this.#sinks?.identityChanged();
  }
}
