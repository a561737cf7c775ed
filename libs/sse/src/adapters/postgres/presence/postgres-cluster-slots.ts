import type { Pool } from 'pg';
import { asTenantId, asUserId, type Clock, type TenantId } from '@nest-herald/platform';
import {
  type ClusterSlots,
  type OverLimitUser,
  type RemoteCounts,
  type SlotRequest,
  NO_REMOTE_CONNECTIONS,
  type TenantUser,
  type NeededCounts,
} from '../../../presence/cluster-slots.js';
import { SseError } from '../../../vocabulary/sse.errors.js';

const TIMEOUT_MS = 1_000;
const OVER_LIMIT_MS = 5_000;
/** Users per query; the rest wait for the next one. */
const MAX_USERS = 1_000;
/** Admissions that may wait for a query. */
const MAX_WAITING = 20_000;
/** How old the count of a tenant may be: counting 20,000 rows for each new connection would cost more than the connection. */
const TENANT_FRESH_MS = 1_000;
const MAX_TENANTS = 10_000;

/** What a {@link PostgresClusterSlots} needs. */
export interface PostgresClusterSlotsOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly bootId: string;
  readonly lagMs: number;
  /** A query that takes longer is abandoned. @defaultValue 1,000 */
  readonly timeoutMs?: number;
  /** Resolves when everything that this server opened and closed before the call is written. */
  readonly written: () => Promise<void>;
}

interface Waiting {
  readonly request: SlotRequest;
  readonly needed: NeededCounts;
  readonly resolve: (counts: RemoteCounts) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads from `sse.connection` how many connections the other servers hold. One query runs at a time; requests that arrive
 * during it share the next one, up to a thousand users each. So a storm of 10,000 streams costs ten queries, not 10,000.
 *
 * States: *alone* (no queries) ↔ *clustered* → *late* (a query was abandoned but has not settled; new requests fail at once, so
 * that they do not pile up while the database does not answer) → *clustered*.
 */
export class PostgresClusterSlots implements ClusterSlots {
  readonly lagMs: number;
  readonly #timeoutMs: number;
  #others = 0;
  #onServerJoined: () => void = () => undefined;
  #waiting: Waiting[] = [];
  #isQuerying = false;
  #isLate = false;
  /** In the order of the queries, oldest first. */
  readonly #tenants = new Map<TenantId, { readonly connections: number; readonly readAtMs: number }>();

  constructor(private readonly options: PostgresClusterSlotsOptions) {
    this.lagMs = options.lagMs;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  get isAlone(): boolean {
    return this.#others === 0;
  }

  onServerJoined(listener: () => void): void {
    this.#onServerJoined = listener;
  }

  /** @param others live servers that accept streams, without this one. */
  setOtherServers(others: number): void {
    const wasAlone = this.#others === 0;
    this.#others = others;
    if (wasAlone && others > 0) this.#onServerJoined();
  }

  remoteCounts(request: SlotRequest, needed: NeededCounts): Promise<RemoteCounts> {
    if (this.isAlone) return Promise.resolve(NO_REMOTE_CONNECTIONS);
    if (this.#isLate || this.#waiting.length >= MAX_WAITING) return Promise.reject(late(this.#timeoutMs));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, needed, resolve, reject });
      if (!this.#isQuerying) void this.#queryAll();
    });
  }

  async overLimitUsers(users: readonly TenantUser[], limit: number): Promise<readonly OverLimitUser[]> {
    await this.options.written();
    const query = {
      name: 'sse-over-limit-users',
      text: 'SELECT tenant_id, user_id, connections FROM sse.users_over_limit($1, $2, $3)',
      values: [users.map(({ tenantId }) => tenantId), users.map(({ userId }) => userId), limit],
      query_timeout: OVER_LIMIT_MS,
    };
    const { rows } = await this.options.pool.query<OverLimitRow>(query);
    return rows.map((row) => ({
      tenantId: asTenantId(row.tenant_id),
      userId: asUserId(row.user_id),
      connectionIds: row.connections,
    }));
  }

  async #queryAll(): Promise<void> {
    this.#isQuerying = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_USERS);
      const answer = this.#queryBatch(batch);
      try {
        const counts = await within(this.#timeoutMs, answer);
        batch.forEach(({ resolve }, index) => resolve(counts[index] ?? NO_REMOTE_CONNECTIONS));
      } catch (error) {
        this.#isLate = true;
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error);
        // This always settles: connecting and querying have timeouts of their own.
        await answer.catch(() => undefined);
        this.#isLate = false;
      }
    }
    this.#isQuerying = false;
  }

  async #queryBatch(batch: readonly Waiting[]): Promise<readonly RemoteCounts[]> {
    const nowMs = this.options.clock.monotonicMs();
    const users = batch.filter(({ needed }) => needed.user).map(({ request }) => request);
    const tenants = this.#staleTenants(batch, nowMs);
    const found = users.length > 0 || tenants.length > 0 ? await this.#query(users, tenants) : NOTHING_FOUND;
    for (const tenantId of tenants) this.#remember(tenantId, found.tenants[tenantId] ?? 0, nowMs);
    const byRequest = new Map(found.people.map((row) => [users[row.no - 1], row]));
    return batch.map(({ request, needed }) => {
      const row = byRequest.get(request);
      const tenant = needed.tenant ? (this.#tenants.get(request.tenantId)?.connections ?? 0) : 0;
      if (row === undefined) return { ...NO_REMOTE_CONNECTIONS, tenant };
      const { connections, oldestId, oldestSince } = row;
      const oldest = oldestId === null ? null : { connectionId: oldestId, since: new Date(oldestSince ?? 0) };
      return { tenant, user: connections, oldest };
    });
  }

  async #query(users: readonly SlotRequest[], tenants: readonly TenantId[]): Promise<Found> {
    const query = {
      name: 'sse-remote-counts',
      text: `SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('no', p.no, 'connections', p.connections, 'oldestId', p.oldest_id,
                       'oldestSince', p.oldest_since)), '[]') FROM sse.people_elsewhere($1, $2, $3, $4) p) AS people,
                    (SELECT coalesce(jsonb_object_agg(t.tenant_id, t.connections), '{}') FROM sse.tenants_elsewhere($1, $5) t) AS tenants`,
      values: [
        this.options.bootId,
        users.map(({ tenantId }) => tenantId),
        users.map(({ userId }) => userId),
        users.map(({ device }) => storable(device)),
        tenants,
      ],
      query_timeout: this.#timeoutMs,
    };
    const { rows } = await this.options.pool.query<Found>(query);
    return rows[0] ?? NOTHING_FOUND;
  }

  #staleTenants(batch: readonly Waiting[], nowMs: number): readonly TenantId[] {
    const stale = new Set<TenantId>();
    for (const { request, needed } of batch) {
      const known = this.#tenants.get(request.tenantId);
      if (needed.tenant && (known === undefined || nowMs - known.readAtMs > TENANT_FRESH_MS)) {
        stale.add(request.tenantId);
      }
    }
    return [...stale];
  }

  #remember(tenantId: TenantId, connections: number, readAtMs: number): void {
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, { connections, readAtMs });
    for (const oldest of this.#tenants.keys()) {
      if (this.#tenants.size <= MAX_TENANTS) break;
      this.#tenants.delete(oldest);
    }
  }
}

interface OverLimitRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly connections: string[];
}

/** Users by their position in the query, from 1. Users and tenants without connections on other servers are missing. */
interface Found {
  readonly people: readonly {
    readonly no: number;
    readonly connections: number;
    readonly oldestId: string | null;
    readonly oldestSince: string | null;
  }[];
  readonly tenants: Readonly<Record<string, number>>;
}

const NOTHING_FOUND: Found = { people: [], tenants: {} };

/** A device name may contain NUL, which PostgreSQL does not accept in a text. */
function storable(device: string): string {
  return device.replaceAll('\0', '');
}

function late(timeoutMs: number): SseError {
  return new SseError(
    'ERR_SSE_STORAGE',
    `The database did not count the connections of other servers within ${timeoutMs} ms. Retry later.`,
  );
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late(ms)), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
