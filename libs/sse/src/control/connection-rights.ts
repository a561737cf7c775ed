import type { Connection } from '../connection/connection.js';
import type { Entitlements, TopicDecision } from './entitlements.js';
import type { Hub } from '../hub/hub.js';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { Revocations } from './revocations.js';

/** Changes of one connection that may wait for each other. */
const MAX_WAITING = 16;

/** What is to change; what is left out stays. */
export interface RightsChange {
  readonly principal?: Principal;
  /** Says what the connection may follow from now on, for the claims that it has then. */
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
 * Changes what open connections see, in place: nothing is lost or doubled over it (P61).
 *
 * The changes of one connection run one behind the other, because each asks directory and authoriser and waits: a slow look
 * with the old claims must not overwrite a token that came meanwhile.
 */
export class ConnectionRights {
  readonly #queues = new WeakMap<Connection, { waiting: number; tail: Promise<unknown> }>();

  constructor(private readonly deps: RightsDeps) {
    deps.hub.onReauthorize(({ tenantId, userId }) => {
      this.reauthorize(tenantId, userId).catch((error: unknown) => {
        deps.logger.error(`Open streams of ${tenantId} could not be looked at again: ${String(error)}`);
      });
    });
  }

  /**
   * @returns what it follows now; null when it was closed meanwhile.
   * @throws SseRefusal 401 `invalid_token` for claims that were revoked meanwhile, 503 `busy`; whatever directory and `decide`
   * throw. Nothing has changed then.
   */
  change(connection: Connection, wish: RightsChange): Promise<TopicDecision | null> {
    const queue = this.#queues.get(connection) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= MAX_WAITING) {
      throw new SseRefusal(503, 'busy', { detail: 'Too many changes of this connection wait. Try again.' });
    }
    this.#queues.set(connection, queue);
    queue.waiting += 1;
    const run = (): Promise<TopicDecision | null> => this.#change(connection, wish);
    const result = queue.tail.then(run, run).finally(() => {
      queue.waiting -= 1;
    });
    // Its error is the caller's; the next in line only waits for the end.
    queue.tail = result.catch(() => undefined);
    return result;
  }

  /**
   * Asks again about the connections of this process. One whose rights cannot be told is closed and comes back through
   * admission: it must not go on with rights that may be gone.
   * @returns how many were looked at.
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
        logger.error(`Connection ${connection.id} is closed, its rights are unknown: ${String(error)}`);
        connection.close('revoked', { reconnect: true });
      }
    }
    return connections.length;
  }

  async #change(connection: Connection, wish: RightsChange): Promise<TopicDecision | null> {
    const { hub, entitlements, revocations } = this.deps;
    const principal = wish.principal ?? connection.principal;
    const keys = await entitlements.keysOf(principal);
    const decide = wish.decide ?? ((now) => entitlements.decide(now, [...connection.topics, ...connection.denied]));
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
      ...(wish.principal === undefined ? {} : { principal }),
    });
    // Whoever asked for the change has an answer; the page that shows the topic may be another one.
    if (lost.length > 0) connection.sendProblem('topic_forbidden', `No longer followed: ${lost.join(', ')}.`);
    return { granted, denied };
  }
}

/** Whether it still takes events. */
export function isOpen({ state }: Connection): boolean {
  return state === 'live' || state === 'replaying';
}
