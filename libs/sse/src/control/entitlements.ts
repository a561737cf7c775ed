import { isReservedTopic } from '@nest-herald/sse-protocol';
import { type AudienceKey, keysOfPrincipal } from '../vocabulary/audience.js';
import type { AudienceResolver } from '../seams/audience-resolver.js';
import { isPermitted, type Principal } from '@nest-herald/platform';
import { within } from '../time/within.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { TopicAuthorizer } from '../seams/topic-authorizer.js';

/** Which of the topics asked for may be followed. */
export interface TopicDecision {
  readonly granted: readonly string[];
  readonly denied: readonly string[];
}

/** What an {@link Entitlements} is made of. */
export interface EntitlementDeps {
  readonly topicAuthorizer: TopicAuthorizer;
  readonly audienceResolver: AudienceResolver | undefined;
  readonly topicDecisionTimeoutMs: number;
  /** Time limit of the audience resolver. @defaultValue 10,000 */
  readonly audienceTimeoutMs?: number;
  /** Logs a rule of the host that fails. */
  readonly logger: { error(message: string): void };
}

/** A directory that has not answered by then hangs. A slow one, such as one over a loaded database, may take seconds. */
const AUDIENCE_TIMEOUT_MS = 10_000;

/** Keys that the directory may not add: the token alone decides about them, or they address control records of the log. */
const TOKEN_KEY = /^(tenant|users|user:.*|topic:.*|!.*)$/s;

/** Decides what a principal may receive now: called when a stream opens and when the rights of an open one change. */
export class Entitlements {
  constructor(private readonly deps: EntitlementDeps) {}

  /**
   * The audience keys of a person: those of the token and those that the directory adds.
   * @throws SseRefusal 503 `internal_error` when the directory fails, does not answer in time, or returns keys that it must not
   * add.
   */
  async keysOf(principal: Principal): Promise<readonly AudienceKey[]> {
    const own = keysOfPrincipal(principal);
    const { audienceResolver, audienceTimeoutMs = AUDIENCE_TIMEOUT_MS } = this.deps;
    if (audienceResolver === undefined) return own;
    let added: readonly AudienceKey[];
    try {
      // Without a time limit, a directory that hangs would keep the slot of each request, and an open stream would keep rights
      // that it may have lost.
      added = await within('keysOf', audienceTimeoutMs, Promise.resolve(audienceResolver.keysOf(principal)));
    } catch (error) {
      throw this.#failed(`The audience resolver failed: ${String(error)}`);
    }
    const forbidden = added.find((key) => TOKEN_KEY.test(key));
    if (forbidden !== undefined) {
      throw this.#failed(`The audience resolver returned ${JSON.stringify(forbidden)}, which it must not add.`);
    }
    return [...new Set([...own, ...added])];
  }

  /**
   * Topics that a route of the host grants by itself. It may grant topics of the application, never reserved ones (P44).
   * @throws SseRefusal 403 `topic_forbidden`.
   */
  grantedByRoute(principal: Principal, topics: readonly string[]): readonly string[] {
    const denied = mayFollowReserved(principal) ? [] : topics.filter(isReservedTopic);
    if (denied.length === 0) return topics;
    throw new SseRefusal(403, 'topic_forbidden', {
      detail: 'You may not follow the topics in "denied".',
      extra: { denied },
    });
  }

  /**
   * Asks the authoriser about each topic except reserved ones, which it cannot grant (P44). An error, a time-out and any answer
   * other than `true` deny the topic.
   */
  async decide(principal: Principal, topics: readonly string[]): Promise<TopicDecision> {
    if (topics.length === 0) return { granted: [], denied: [] };
    const answers = await this.#withinTime(topics.map((topic) => this.#ask(principal, topic)));
    return {
      granted: topics.filter((_, index) => answers[index] === true),
      denied: topics.filter((_, index) => answers[index] !== true),
    };
  }

  async #ask(principal: Principal, topic: string): Promise<boolean> {
    if (isReservedTopic(topic)) return mayFollowReserved(principal);
    try {
      return (await this.deps.topicAuthorizer.mayFollow(principal, topic)) === true;
    } catch (error) {
      this.deps.logger.error(`The topic authoriser failed, so the topic is denied: ${String(error)}`);
      return false;
    }
  }

  /** One timer for all topics of a request; answers that come later stay undefined. */
  async #withinTime(questions: readonly Promise<boolean>[]): Promise<readonly (boolean | undefined)[]> {
    const answers: (boolean | undefined)[] = questions.map(() => undefined);
    const all = Promise.all(
      questions.map(async (question, index) => {
        answers[index] = await question;
      }),
    );
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.deps.topicDecisionTimeoutMs, 'late');
    });
    try {
      if ((await Promise.race([all, timeout])) === 'late') {
        this.deps.logger.error(
          `The topic authoriser did not answer within ${this.deps.topicDecisionTimeoutMs} ms, so the topics are denied.`,
        );
      }
    } finally {
      clearTimeout(timer);
    }
    // A copy, so that a late answer cannot change a decision that was returned.
    return [...answers];
  }

  #failed(message: string): SseRefusal {
    this.deps.logger.error(message);
    return new SseRefusal(503, 'internal_error', {
      detail: 'The rights of this stream cannot be determined now. Retry.',
      retryAfterMs: 5_000,
    });
  }
}

function mayFollowReserved(principal: Principal): boolean {
  return isPermitted(principal, 'sse:admin');
}
