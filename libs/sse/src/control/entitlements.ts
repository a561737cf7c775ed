import { isReservedTopic } from '@nest-herald/sse-protocol';
import { type AudienceKey, keysOfPrincipal } from '../vocabulary/audience.js';
import type { AudienceResolver } from '../seams/audience-resolver.js';
import { isPermitted, type Principal, within } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { TopicAuthorizer } from '../seams/topic-authorizer.js';

/** Which of the topics asked for may be followed. */
export interface TopicDecision {
  readonly granted: readonly string[];
  readonly denied: readonly string[];
}

/** Where a failing rule of the host is told. */
export interface EntitlementLogger {
  error(message: string): void;
}

/** What an {@link Entitlements} is made of. */
export interface EntitlementDeps {
  readonly topicAuthorizer: TopicAuthorizer;
  readonly audienceResolver: AudienceResolver | undefined;
  readonly topicDecisionTimeoutMs: number;
  /** Time that the audience resolver has. @defaultValue 10 s */
  readonly audienceTimeoutMs?: number;
  readonly logger: EntitlementLogger;
}

/** A directory that has not answered by then hangs; a slow one, behind a database under load, may take seconds. */
const AUDIENCE_TIMEOUT_MS = 10_000;

/** Keys that the directory may not hand out: the token alone decides about them, or they are the log's own marks. */
const TOKEN_KEY = /^(tenant|users|user:.*|topic:.*|!.*)$/s;

/** Says what a principal may see now: asked when a stream opens and when rights change on an open one. */
export class Entitlements {
  constructor(private readonly deps: EntitlementDeps) {}

  /**
   * The audience keys of a person: those of the token and those that the directory adds.
   * @throws SseRefusal 503 `internal_error` when the directory fails, does not answer in time, or answers with keys that it
   * must not give.
   */
  async keysOf(principal: Principal): Promise<readonly AudienceKey[]> {
    const own = keysOfPrincipal(principal);
    const { audienceResolver, audienceTimeoutMs = AUDIENCE_TIMEOUT_MS } = this.deps;
    if (audienceResolver === undefined) return own;
    let added: readonly AudienceKey[];
    try {
      // Without a bound, a directory that hangs would hold the place of whoever asked, and an open stream would keep what it
      // may have lost.
      added = await within('keysOf', audienceTimeoutMs, Promise.resolve(audienceResolver.keysOf(principal)));
    } catch (error) {
      throw this.#failed(`The audience resolver failed: ${String(error)}`);
    }
    const forbidden = added.find((key) => TOKEN_KEY.test(key));
    if (forbidden !== undefined) {
      throw this.#failed(`The audience resolver answered with ${JSON.stringify(forbidden)}`);
    }
    return [...new Set([...own, ...added])];
  }

  /**
   * Topics that a route of the host hands out by itself. It may give what is the application's, never the server's own (P44).
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
   * Asks the authoriser about each topic but the server's own, which are not its to give (P44). Throwing, hanging and answering
   * anything but `true` all mean no.
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
      this.deps.logger.error(`The topic authoriser threw, which counts as no: ${String(error)}`);
      return false;
    }
  }

  /** One timer for all topics of a request; those that have not answered by then stay undefined. */
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
          `The topic authoriser did not answer within ${this.deps.topicDecisionTimeoutMs} ms, which counts as no.`,
        );
      }
    } finally {
      clearTimeout(timer);
    }
    // A copy: an answer that comes later must not change a decision that was handed out.
    return [...answers];
  }

  #failed(message: string): SseRefusal {
    this.deps.logger.error(message);
    return new SseRefusal(503, 'internal_error', {
      detail: 'It cannot be told now what this stream may see. Try again.',
      retryAfterMs: 5_000,
    });
  }
}

function mayFollowReserved(principal: Principal): boolean {
  return isPermitted(principal, 'sse:admin');
}
