import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Clock, TenantId } from '@nest-herald/platform';
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
import type { RevocationStore } from '../../../seams/revocation-store.js';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { BatchTail } from './batch-tail.js';
import { LogReader } from './log-reader.js';
import { Maintenance } from './maintenance.js';
import { Outbox } from './outbox.js';
import { PostgresControlMailbox } from '../control/postgres-control-mailbox.js';
import { PostgresRevocationStore } from '../control/postgres-revocation-store.js';
import { WakeUpLimiter } from './wake-up-limiter.js';
import { Sequencer } from './sequencer.js';
import { ShardLeases } from './shard-leases.js';
import { shardOf } from './shard-of.js';

/** Longer than the lease of servers that were killed a moment ago. */
const SHARDS_TIMEOUT_MS = 1_800;
const SHARDS_RETRY_MS = 100;

/** A tail that has not read for so long means that the database does not answer. */
const STALE_TAIL_MS = 5_000;

/** The backlog is counted up to this number, so that measuring a long one does not slow it down further. */
const BACKLOG_COUNTED = 10_000;

/** What a {@link PostgresEventLog} needs. */
export interface PostgresEventLogOptions {
  /** For reads. */
  readonly pool: Pool;
  /** For publishing without a transaction of the caller; separate from reads, so that a flood of events cannot delay delivery. */
  readonly publishPool: Pool;
  /** For sequencing, leases, tail and maintenance; separate from reads, so that a storm of reconnects cannot delay sequencing. */
  readonly controlPool: Pool;
  /** Unique per process start. */
  readonly owner: string;
  readonly shards: number;
  readonly retentionDays: number;
  readonly clock: Clock;
  /** Called with each error in the background; the event log recovers by itself. */
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * The event log in PostgreSQL: the outbox is written in the publisher's transaction, the owner of the shard sequences, reads run
 * under row-level security. Any number of processes share it. States: stopped → started → stopped. `append` works in each
 * state; events appended while no server sequences wait in the outbox.
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
  readonly #stopping = new Set<Promise<void>>();
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
      taken: (shard, term) => this.#startSequencer(shard, term),
      lost: (shard) => this.#stopSequencer(shard),
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
        `The event log cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Run migrate() of @nest-herald/migrations and open connections with the role herald_app.`,
        { cause },
      );
    }
    await this.#maintenance.start();
    await this.#agreeOnShards();
    await this.#leases.start();
    // If two servers start at once with different numbers, the second one decides and the first one fails here.
    await this.#agreeOnShards();
  }

  async stop(): Promise<void> {
    this.#wakeUps.stop();
    await this.#leases.stop();
    await Promise.all(this.#stopping);
    await this.#leases.release().catch((error: unknown) => this.options.onError('Leases could not be released', error));
    await this.#tail.stop();
    await this.#maintenance.stop();
    this.#outbox.stop();
    this.#sinks = null;
  }

  append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }> {
    return this.#outbox.append(events, tx);
  }

  /** A caller committed a transaction of its own that published: sequence it now instead of at the next poll. */
  committed(tenantId: TenantId): void {
    this.#committed(shardOf(tenantId, this.options.shards));
  }

  requireTransaction(tx: Tx): void {
    this.#outbox.requireTransaction(tx);
  }

  bounds(tenantId: TenantId): Promise<LogBounds> {
    return this.#reader.bounds(tenantId);
  }

  readRange(tenantId: TenantId, after: number, upTo: number, limit: number): Promise<readonly LoggedEvent[]> {
    return this.#reader.range(tenantId, after, upTo, limit);
  }

  readFor(tenantId: TenantId, request: ReplayRequest): Promise<ReplayPage> {
    return this.#reader.forSubscription(tenantId, request);
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
    if (performance.now() - this.#tail.lastReadMs > STALE_TAIL_MS) {
      return { ok: false, detail: 'The database has not answered for 5 s.' };
    }
    for (const [shard, sequencer] of this.#sequencers) {
      if (sequencer.failingSince)
        return {
          ok: false,
          detail: `Sequencing of shard ${shard} has failed since ${sequencer.failingSince.toISOString()}.`,
        };
    }
    try {
      const shards = Array.from({ length: this.options.shards }, (_, shard) => shard);
      const { rows } = await this.options.controlPool.query<{ shard: number }>(
        'SELECT sse.shards_without_owner($1) AS shard',
        [shards],
      );
      if (rows.length === 0) return { ok: true };
      return { ok: false, detail: `No server sequences shard ${rows.map((row) => row.shard).join(', ')}.` };
    } catch (error) {
      return {
        ok: false,
        detail: `The database does not answer: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  /** One run of the maintenance that otherwise runs about once a minute, for tests and operators. */
  maintain(): Promise<{ readonly made: number; readonly dropped: number }> {
    return this.#maintenance.run();
  }

  #startSequencer(shard: number, term: bigint): void {
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
      failed: (error) => this.options.onError(`Sequencing of shard ${shard} failed`, error),
    });
    this.#sequencers.set(shard, sequencer);
  }

  #stopSequencer(shard: number): void {
    const sequencer = this.#sequencers.get(shard);
    if (!sequencer) return;
    this.#sequencers.delete(shard);
    const stopping = sequencer.stop().finally(() => this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
  }

  #committed(shard: number): void {
    const own = this.#sequencers.get(shard);
    if (own) own.wakeUp();
    // Another server owns the shard. Before start there is no backplane, and the next poll finds the event.
    else if (this.#sinks !== null) this.#wakeUps.wakeUp(shard);
  }

  /** @throws SseError `ERR_SSE_INVALID_OPTIONS` when running servers use another number of shards. */
  async #agreeOnShards(): Promise<void> {
    const { shards, controlPool } = this.options;
    const deadline = performance.now() + SHARDS_TIMEOUT_MS;
    for (;;) {
      const { rows } = await controlPool.query<{ shards: number }>('SELECT sse.adopt_shards($1) AS shards', [shards]);
      const inForce = rows[0]?.shards;
      if (inForce === shards) return;
      if (performance.now() > deadline) {
        throw new SseError(
          'ERR_SSE_INVALID_OPTIONS',
          `shards is ${shards}, but the running servers use ${inForce}. All servers need the same number: set ${inForce} here, or stop all servers and start them with ${shards}.`,
        );
      }
      await delay(SHARDS_RETRY_MS);
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
