import type { Hub } from '../hub/hub.js';
import type { TenantId } from '@nest-herald/platform';
import type { ServerRequests } from './server-requests.js';

const GATHER_MS = 1_000;
const KIND = 'stats';

/** Totals since the start of each server that answered, summed. */
export interface ClusterTotals {
  readonly eventsSentTotal: number;
  readonly eventsDroppedTotal: number;
  readonly eventsPerSecond: number;
  readonly slowConsumersTotal: number;
}

/** {@link ClusterTotals} with the servers that they come from. */
export interface GatheredTotals extends ClusterTotals {
  /** Servers whose figures are included, this one among them. */
  readonly answered: ReadonlySet<string>;
}

/** What a {@link ClusterStats} is made of. */
export interface ClusterStatsDeps {
  readonly hub: Hub;
  readonly requests: ServerRequests;
  readonly logger: { warn(message: string): void };
  /** Time limit of a server, ms; a server that has not answered by then is left out. @defaultValue 1,000 */
  readonly withinMs?: number;
}

interface StatsRequest {
  readonly kind: typeof KIND;
  readonly scope: 'tenant' | 'platform';
}

/**
 * Asks the other servers for their totals on demand; nothing is sent while no client asks. A server answers only for the tenant
 * of the request, which is that of the verified token. It answers for the whole platform when the requesting server has
 * checked `platform:admin` (requests cannot be forged, ADR 0010).
 */
export class ClusterStats {
  /** By tenant; '' is the platform. */
  readonly #gathering = new Map<string, Promise<GatheredTotals>>();
  /** Servers that did not answer the last time; each is logged once. */
  readonly #silent = new Set<string>();
  readonly #withinMs: number;

  constructor(private readonly deps: ClusterStatsDeps) {
    this.#withinMs = deps.withinMs ?? GATHER_MS;
    deps.requests.onRequest([KIND], (tenantId, _connectionId, request) => {
      const { scope } = request as StatsRequest;
      return Promise.resolve(totalsOf(deps.hub, scope === 'platform' ? null : tenantId));
    });
  }

  /**
   * Takes at most a second: servers that do not answer are left out. Concurrent callers for the same figures share one round, so
   * any number of dashboards cost one.
   * @param tenantId null sums all tenants; the caller has checked the permission.
   * @param asker tenant of the requester's token.
   * @param nodeIds live servers, with or without this one.
   */
  gather(tenantId: TenantId | null, asker: TenantId, nodeIds: readonly string[]): Promise<GatheredTotals> {
    const key = tenantId ?? '';
    let gathering = this.#gathering.get(key);
    if (gathering === undefined) {
      gathering = this.#gather(tenantId, asker, nodeIds).finally(() => this.#gathering.delete(key));
      this.#gathering.set(key, gathering);
    }
    return gathering;
  }

  async #gather(tenantId: TenantId | null, asker: TenantId, nodeIds: readonly string[]): Promise<GatheredTotals> {
    const { hub } = this.deps;
    const others = nodeIds.filter((nodeId) => nodeId !== hub.nodeId);
    const request: StatsRequest = { kind: KIND, scope: tenantId === null ? 'platform' : 'tenant' };
    const answers = await Promise.all(others.map((nodeId) => this.#ask(nodeId, asker, request)));
    const answered = new Set([hub.nodeId]);
    let totals = totalsOf(hub, tenantId);
    for (const [index, nodeId] of others.entries()) {
      const answer = answers[index];
      if (answer === null || answer === undefined) continue;
      answered.add(nodeId);
      totals = sumOf(totals, answer);
    }
    this.#logSilent(others, answered);
    return { ...totals, answered };
  }

  async #ask(nodeId: string, asker: TenantId, request: StatsRequest): Promise<ClusterTotals | null> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, this.#withinMs, null);
    });
    // Every failure counts as no answer: the caller sees that this server is left out.
    const asked = this.deps.requests
      .ask(nodeId, asker, { connectionId: '', request }, this.#withinMs)
      .catch(() => null);
    try {
      return (await Promise.race([asked, timeout])) as ClusterTotals | null;
    } finally {
      clearTimeout(timer);
    }
  }

  #logSilent(others: readonly string[], answered: ReadonlySet<string>): void {
    for (const nodeId of this.#silent) {
      if (answered.has(nodeId) || !others.includes(nodeId)) this.#silent.delete(nodeId);
    }
    for (const nodeId of others) {
      if (answered.has(nodeId) || this.#silent.has(nodeId)) continue;
      this.#silent.add(nodeId);
      this.deps.logger.warn(
        `Server ${nodeId} did not send its statistics within ${this.#withinMs} ms. The totals leave it out.`,
      );
    }
  }
}

function totalsOf(hub: Hub, tenantId: TenantId | null): ClusterTotals {
  const { eventsSentTotal, eventsDroppedTotal, eventsPerSecond, slowConsumersTotal } = hub.stats(tenantId);
  return { eventsSentTotal, eventsDroppedTotal, eventsPerSecond, slowConsumersTotal };
}

function sumOf(a: ClusterTotals, b: ClusterTotals): ClusterTotals {
  return {
    eventsSentTotal: a.eventsSentTotal + b.eventsSentTotal,
    eventsDroppedTotal: a.eventsDroppedTotal + b.eventsDroppedTotal,
    eventsPerSecond: a.eventsPerSecond + b.eventsPerSecond,
    slowConsumersTotal: a.slowConsumersTotal + b.slowConsumersTotal,
  };
}
