import type { Pool } from 'pg';
import type { NewEvent, Tx } from '../../../vocabulary/envelope.js';
import type { TenantId } from '../../../vocabulary/principal.js';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { CommitSubscriber } from '../commit-subscriber.js';
import { failedTransaction, joinTransaction } from '../open-transaction.js';
import { shardOf } from './shard-of.js';

/** A statement that publishes, and what it is given. */
interface Append {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * First arrow of a durable event: the publisher's transaction → `sse.outbox`. One statement, one round trip, no lock
 * besides its insert and no NOTIFY, so publishing costs what an INSERT costs and can never deadlock with the caller's own locks.
 */
export class Outbox {
  readonly #commits: CommitSubscriber;

  /** @param onCommitted told after the commit of a transaction that published, where that can be known. */
  constructor(
    private readonly pool: Pool,
    private readonly shards: number,
    private readonly onCommitted: (shard: number) => void,
  ) {
    this.#commits = new CommitSubscriber(onCommitted);
  }

  /**
   * @param tx without it the events are their own transaction.
   * @throws SseError `ERR_SSE_NO_TRANSACTION`, `ERR_SSE_TENANT_MISMATCH` (the transaction belongs to another tenant; it cannot go on),
   * `ERR_SSE_STORAGE` (schema or grants are missing); other errors of the server pass through with their SQLSTATE.
   */
  async append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }> {
    const [first] = events;
    if (first === undefined) {
      if (tx !== undefined) joinTransaction(tx);
      return { deduplicated: false };
    }
    const { tenantId } = first;
    if (events.some((event) => event.tenantId !== tenantId)) {
      throw new SseError(
        'ERR_SSE_TENANT_MISMATCH',
        'One call publishes events of one tenant; call once for each tenant.',
      );
    }
    const shard = shardOf(tenantId, this.shards);
    const append =
      events.length === 1 && first.dedupeKey === undefined
        ? appendOne(first, shard)
        : appendMany(events, tenantId, shard);
    try {
      if (tx === undefined) {
        const { rows } = await this.pool.query<{ count: number }>(append);
        this.onCommitted(shard);
        return { deduplicated: rows[0]?.count === 0 };
      }
      const transaction = joinTransaction(tx);
      // Not a prepared statement: the host's connection may go through a pooler that cannot keep them.
      const rows = await transaction.query(append.text, append.values);
      this.#commits.watch(transaction, shard);
      return { deduplicated: rows[0]?.count === 0 };
    } catch (error) {
      throw explained(error);
    }
  }

  stop(): void {
    this.#commits.detach();
  }
}

function appendOne(event: NewEvent, shard: number): Append {
  const { tenantId, audience, recipients, type, payload, traceparent } = event;
  return {
    name: 'sse-append-one',
    text: 'SELECT sse.append_one($1, $2, $3, $4, $5, $6, $7) AS count',
    values: [tenantId, shard, audience, recipients, type, payload, traceparent ?? null],
  };
}

function appendMany(events: readonly NewEvent[], tenantId: TenantId, shard: number): Append {
  const keyed = events.some((event) => event.dedupeKey !== undefined);
  return {
    name: 'sse-append',
    text: 'SELECT sse.append($1, $2, $3, $4, $5, $6, $7, $8) AS count',
    values: [
      tenantId,
      shard,
      events.map((event) => event.audience),
      events.map((event) => (event.recipients === null ? null : arrayLiteral(event.recipients))),
      events.map((event) => event.type),
      events.map((event) => event.payload),
      events.map((event) => event.traceparent ?? null),
      keyed ? events.map((event) => event.dedupeKey ?? null) : null,
    ],
  };
}

/** Ids never contain quotes or backslashes, but only quoting keeps a person called `NULL` a person. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

function explained(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'HS002') {
    return new SseError(
      'ERR_SSE_TENANT_MISMATCH',
      'The open transaction is tied to another tenant than the event. Publish in a transaction of the tenant, from its own TenantTransaction.run.',
      { cause: error },
    );
  }
  // A client hears that its statement failed before it hears that its transaction did; publishing in between ends here.
  if (code === '25P02') return failedTransaction(error);
  if (code === '3F000' || code === '42883' || code === '42P01' || code === '42501') {
    return new SseError(
      'ERR_SSE_STORAGE',
      'Publishing is not possible in this database: run sseMigrations of @nest-herald/migrations, and let the login be a member of herald_app (GRANT herald_app TO …).',
      { cause: error },
    );
  }
  return error;
}
