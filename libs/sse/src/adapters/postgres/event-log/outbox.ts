import type { Pool } from 'pg';
import type { NewEvent, Tx } from '../../../vocabulary/envelope.js';
import { PlatformError, type TenantId } from '@nest-herald/platform';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { failedTransaction, joinTransaction } from '@nest-herald/platform/postgres';
import { CommitSubscriber } from './commit-subscriber.js';
import { shardOf } from './shard-of.js';

/** The call that errors name: hosts reach the outbox through it. */
const PUBLISH = 'SseBroker.publish';

/** A statement that publishes, with its parameters. */
interface Append {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * First step of a durable event: the publisher's transaction → `sse.outbox`. It is one statement and one round trip, with no
 * lock except its insert and no NOTIFY. So publishing costs one INSERT and never deadlocks with the caller's own locks.
 */
export class Outbox {
  readonly #commits: CommitSubscriber;

  /** @param onCommitted called after the commit of a transaction that published, when the commit can be observed. */
  constructor(
    private readonly pool: Pool,
    private readonly shards: number,
    private readonly onCommitted: (shard: number) => void,
  ) {
    this.#commits = new CommitSubscriber(onCommitted);
  }

  /**
   * @param tx the caller's transaction; without it the events are inserted in one of their own.
   * @throws SseError `ERR_SSE_NO_TRANSACTION`, `ERR_SSE_TENANT_MISMATCH` (the transaction belongs to another tenant and cannot
   * continue), `ERR_SSE_STORAGE` (schema or grants are missing); other errors of PostgreSQL pass through with their SQLSTATE.
   */
  async append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }> {
    const [first] = events;
    if (first === undefined) {
      if (tx !== undefined) this.requireTransaction(tx);
      return { deduplicated: false };
    }
    const { tenantId } = first;
    if (events.some((event) => event.tenantId !== tenantId)) {
      throw new SseError(
        'ERR_SSE_TENANT_MISMATCH',
        'One call can only publish events of one tenant, but got several. Call once for each tenant.',
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
      const transaction = joinTransaction(tx, PUBLISH);
      // Not a prepared statement: the host's connection may go through a pooler that does not support them.
      const rows = await transaction.query(append.text, append.values);
      this.#commits.watch(transaction, shard);
      return { deduplicated: rows[0]?.count === 0 };
    } catch (error) {
      throw toSseError(error);
    }
  }

  /** @throws SseError `ERR_SSE_NO_TRANSACTION` when `tx` is not an open transaction that the outbox can join. */
  requireTransaction(tx: Tx): void {
    try {
      joinTransaction(tx, PUBLISH);
    } catch (error) {
      throw toSseError(error);
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

/** Ids never contain quotes or backslashes, but without quotes a user with the id `NULL` would become a null. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Adds the remedy to the errors of PostgreSQL that have one; turns errors of the platform into SseErrors, and returns others unchanged. */
function toSseError(error: unknown): unknown {
  // The seam promises SseErrors, so that hosts can check with one `instanceof`.
  if (error instanceof PlatformError) return new SseError(error.code, error.message, { cause: error });
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'HS002') {
    return new SseError(
      'ERR_SSE_TENANT_MISMATCH',
      'The open transaction belongs to another tenant than the event. Publish in a transaction of the same tenant, from its own TenantTransaction.run.',
      { cause: error },
    );
  }
  // A client learns that its statement failed before it learns that its transaction did; publishing in between fails here.
  if (code === '25P02') return toSseError(failedTransaction(PUBLISH, error));
  if (code === '3F000' || code === '42883' || code === '42P01' || code === '42501') {
    return new SseError(
      'ERR_SSE_STORAGE',
      'This database cannot store events. Run migrate() of @nest-herald/migrations, and make the login a member of herald_app (GRANT herald_app TO …).',
      { cause: error },
    );
  }
  return error;
}
