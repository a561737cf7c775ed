import type { Pool } from 'pg';
import type { Clock } from '../../../vocabulary/clock.js';
import {
  type ClusterSlots,
  type OverLimitUser,
  type RemoteCounts,
  type SlotRequest,
  NO_REMOTE_CONNECTIONS,
  type TenantUser,
  type NeededCounts,
} from '../../../presence/cluster-slots.js';
import { asTenantId, asUserId, type TenantId } from '../../../vocabulary/principal.js';
import { SseError } from '../../../vocabulary/sse.errors.js';

const ANSWER_MS = 1_000;
const CROWDS_MS = 5_000;
/** People of one question; the next ones go with the next. */
const MAX_PEOPLE = 1_000;
/** Admissions that may wait for a question. */
const MAX_WAITING = 20_000;
/** How old the count of a tenant may be: counting 20,000 rows for each newcomer would cost more than the newcomer. */
const TENANT_FRESH_MS = 1_000;
const MAX_TENANTS = 10_000;

/** What a {@link PostgresPlaces} is made of. */
export interface PostgresPlacesOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly bootId: string;
  readonly lagMs: number;
  /** A question that is not answered by then is given up. @defaultValue 1,000 */
  readonly answerMs?: number;
  /** Resolves when everything is written that this node opened and closed before the call. */
  readonly written: () => Promise<void>;
}

interface Waiting {
  readonly newcomer: SlotRequest;
  readonly wanted: NeededCounts;
  readonly resolve: (elsewhere: RemoteCounts) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks `sse.connection` what the other nodes hold. One question is under way at a time, and everybody who comes meanwhile goes
 * with the next, a thousand people each: a storm of 10,000 streams asks ten times, not 10,000 times.
 *
 * States: *alone* (nobody asks) ↔ *in company* → *late* (a question is given up but not settled: others fail at once, so
 * that nothing piles up behind a database that does not answer) → *in company*.
 */
export class PostgresPlaces implements ClusterSlots {
  readonly lagMs: number;
  readonly #answerMs: number;
  #others = 0;
  #onCompany: () => void = () => undefined;
  #waiting: Waiting[] = [];
  #isAsking = false;
  #isLate = false;
  /** In the order of asking, oldest first. */
  readonly #tenants = new Map<TenantId, { readonly connections: number; readonly askedAtMs: number }>();

  constructor(private readonly options: PostgresPlacesOptions) {
    this.lagMs = options.lagMs;
    this.#answerMs = options.answerMs ?? ANSWER_MS;
  }

  get isAlone(): boolean {
    return this.#others === 0;
  }

  onServerJoined(listener: () => void): void {
    this.#onCompany = listener;
  }

  /** @param others nodes that live and take streams, this one not counted. */
  noticed(others: number): void {
    const wasAlone = this.#others === 0;
    this.#others = others;
    if (wasAlone && others > 0) this.#onCompany();
  }

  remoteCounts(newcomer: SlotRequest, wanted: NeededCounts): Promise<RemoteCounts> {
    if (this.isAlone) return Promise.resolve(NO_REMOTE_CONNECTIONS);
    if (this.#isLate || this.#waiting.length >= MAX_WAITING) return Promise.reject(late(this.#answerMs));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ newcomer, wanted, resolve, reject });
      if (!this.#isAsking) void this.#askAll();
    });
  }

  async overLimitUsers(people: readonly TenantUser[], limit: number): Promise<readonly OverLimitUser[]> {
    await this.options.written();
    const question = {
      name: 'sse-crowds',
      text: 'SELECT tenant_id, user_id, connections FROM sse.crowds($1, $2, $3)',
      values: [people.map(({ tenantId }) => tenantId), people.map(({ userId }) => userId), limit],
      query_timeout: CROWDS_MS,
    };
    const { rows } = await this.options.pool.query<CrowdRow>(question);
    return rows.map((row) => ({
      tenantId: asTenantId(row.tenant_id),
      userId: asUserId(row.user_id),
      connectionIds: row.connections,
    }));
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      const asking = this.#waiting.splice(0, MAX_PEOPLE);
      const answer = this.#ask(asking);
      try {
        const elsewhere = await within(this.#answerMs, answer);
        asking.forEach(({ resolve }, index) => resolve(elsewhere[index] ?? NO_REMOTE_CONNECTIONS));
      } catch (error) {
        this.#isLate = true;
        for (const { reject } of [...asking, ...this.#waiting.splice(0)]) reject(error);
        // Settles in any case: connecting and asking have time-outs of their own.
        await answer.catch(() => undefined);
        this.#isLate = false;
      }
    }
    this.#isAsking = false;
  }

  async #ask(asking: readonly Waiting[]): Promise<readonly RemoteCounts[]> {
    const askedAtMs = this.options.clock.monotonicMs();
    const people = asking.filter(({ wanted }) => wanted.user).map(({ newcomer }) => newcomer);
    const tenants = this.#unknownTenants(asking, askedAtMs);
    const found = people.length > 0 || tenants.length > 0 ? await this.#query(people, tenants) : NOTHING;
    for (const tenantId of tenants) this.#remember(tenantId, found.tenants[tenantId] ?? 0, askedAtMs);
    const byNewcomer = new Map(found.people.map((row) => [people[row.no - 1], row]));
    return asking.map(({ newcomer, wanted }) => {
      const row = byNewcomer.get(newcomer);
      const tenant = wanted.tenant ? (this.#tenants.get(newcomer.tenantId)?.connections ?? 0) : 0;
      if (row === undefined) return { ...NO_REMOTE_CONNECTIONS, tenant };
      const { connections, oldestId, oldestSince } = row;
      const oldest = oldestId === null ? null : { connectionId: oldestId, since: new Date(oldestSince ?? 0) };
      return { tenant, user: connections, oldest };
    });
  }

  async #query(people: readonly SlotRequest[], tenants: readonly TenantId[]): Promise<Found> {
    const question = {
      name: 'sse-elsewhere',
      text: `SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('no', p.no, 'connections', p.connections, 'oldestId', p.oldest_id,
                       'oldestSince', p.oldest_since)), '[]') FROM sse.people_elsewhere($1, $2, $3, $4) p) AS people,
                    (SELECT coalesce(jsonb_object_agg(t.tenant_id, t.connections), '{}') FROM sse.tenants_elsewhere($1, $5) t) AS tenants`,
      values: [
        this.options.bootId,
        people.map(({ tenantId }) => tenantId),
        people.map(({ userId }) => userId),
        people.map(({ device }) => storable(device)),
        tenants,
      ],
      query_timeout: this.#answerMs,
    };
    const { rows } = await this.options.pool.query<Found>(question);
    return rows[0] ?? NOTHING;
  }

  #unknownTenants(asking: readonly Waiting[], nowMs: number): readonly TenantId[] {
    const unknown = new Set<TenantId>();
    for (const { newcomer, wanted } of asking) {
      const known = this.#tenants.get(newcomer.tenantId);
      if (wanted.tenant && (known === undefined || nowMs - known.askedAtMs > TENANT_FRESH_MS)) {
        unknown.add(newcomer.tenantId);
      }
    }
    return [...unknown];
  }

  #remember(tenantId: TenantId, connections: number, askedAtMs: number): void {
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, { connections, askedAtMs });
    for (const oldest of this.#tenants.keys()) {
      if (this.#tenants.size <= MAX_TENANTS) break;
      this.#tenants.delete(oldest);
    }
  }
}

interface CrowdRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly connections: string[];
}

/** People by their place in the question, from 1; both without those of whom nobody else holds anything. */
interface Found {
  readonly people: readonly {
    readonly no: number;
    readonly connections: number;
    readonly oldestId: string | null;
    readonly oldestSince: string | null;
  }[];
  readonly tenants: Readonly<Record<string, number>>;
}

const NOTHING: Found = { people: [], tenants: {} };

/** A device name may hold NUL, which no text of the database does. */
function storable(device: string): string {
  return device.replaceAll('\0', '');
}

function late(answerMs: number): SseError {
  return new SseError('ERR_SSE_STORAGE', `What other nodes hold was not told within ${answerMs} ms.`);
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
