import type { Connection } from '../connection/connection.js';
import type { Entitlements, TopicDecision } from './entitlements.js';
import type { Hub } from '../hub/hub.js';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { Revocations } from './revocations.js';

/** Changes of one connection that may be queued. */
const MAX_WAITING = 16;

/** What changes; a member that is left out stays as it is. */
export interface RightsChange {
  readonly principal?: Principal;
  /** Decides what the connection follows from now on, given the claims that it has by then. */
  readonly decide?: (principal: Principal) => Promise<TopicDecision>;
}

/** What a {@link ConnectionRights} is made of. */
export interface RightsDeps {
  readonly hub: Hub;
  readonly entitlements: Entitlements;
  readonly revocations: Revocations;
  readonly logger: { error(message: string): void };
}

/**
 * Changes what open connections receive, in place, without losing or duplicating an event (P61).
 *
 * The changes of one connection run one after the other. Each awaits the directory and the topic authoriser; a slow one with
 * the old claims must not overwrite a token that arrived later.
 */
export class ConnectionRights {
  readonly #queues = new WeakMap<Connection, { waiting: number; tail: Promise<unknown> }>();

  constructor(private readonly deps: RightsDeps) {
    deps.hub.onReauthorize(({ tenantId, userId }) => {
      this.reauthorize(tenantId, userId).catch((error: unknown) => {
        deps.logger.error(`The open streams of tenant ${tenantId} could not be reauthorised: ${String(error)}`);
      });
    });
  }

  /**
   * @returns what it follows now; null when it closed before the change.
   * @throws SseRefusal 401 `invalid_token` for claims that were revoked before the change, 503 `busy`; whatever directory and
   * `decide` throw. Nothing has changed then.
   */
  change(connection: Connection, change: RightsChange): Promise<TopicDecision | null> {
    const queue = this.#queues.get(connection) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= MAX_WAITING) {
      throw new SseRefusal(503, 'busy', { detail: `${MAX_WAITING} changes of this connection are queued. Retry.` });
    }
    this.#queues.set(connection, queue);
    queue.waiting += 1;
    const run = (): Promise<TopicDecision | null> => this.#change(connection, change);
    const result = queue.tail.then(run, run).finally(() => {
      queue.waiting -= 1;
    });
    // The caller gets its error; the next change only waits until it has ended.
    queue.tail = result.catch(() => undefined);
    return result;
  }

  /**
   * Recomputes the rights of this server's connections. A connection whose rights cannot be determined is closed and reconnects
   * through admission: it must not continue with rights that it may have lost.
   * @returns the number of connections checked.
   */
  async reauthorize(tenantId: TenantId, userId: UserId | null): Promise<number> {
    const { hub, logger } = this.deps;
    const connections = hub
      .connections(tenantId)
      .filter((connection) => userId === null || connection.userId === userId);
    for (const connection of connections) {
      try {
        await this.change(connection, {});
      } catch (error) {
        logger.error(`Connection ${connection.id} is closed because its rights are unknown: ${String(error)}`);
        connection.close('revoked', { reconnect: true });
      }
    }
    return connections.length;
  }

  async #change(connection: Connection, change: RightsChange): Promise<TopicDecision | null> {
    const { hub, entitlements, revocations } = this.deps;
    const principal = change.principal ?? connection.principal;
    const keys = await entitlements.keysOf(principal);
    const decide = change.decide ?? ((now) => entitlements.decide(now, [...connection.topics, ...connection.denied]));
    const { granted, denied } = await decide(principal);
    if (!isOpen(connection)) return null;
    if (revocations.isKnown(principal)) {
      throw new SseRefusal(401, 'invalid_token', { detail: 'The access token is not valid here.' });
    }
    const lost = connection.topics.filter((topic) => denied.includes(topic));
    hub.resubscribe(connection, {
      keys,
      topics: granted,
      denied,
      ...(change.principal === undefined ? {} : { principal }),
    });
    // The requester has an answer, but another page may show the topic.
    if (lost.length > 0) connection.sendProblem('topic_forbidden', `No longer followed: ${lost.join(', ')}.`);
    return { granted, denied };
  }
}

/** Whether it still accepts events. */
export function isOpen({ state }: Connection): boolean {
  return state === 'live' || state === 'replaying';
}
