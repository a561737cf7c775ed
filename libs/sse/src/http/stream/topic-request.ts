import { invalidTopic, isTopicPattern } from '@nest-herald/sse-protocol';
import type { Entitlements, TopicDecision } from '../../control/entitlements.js';
import type { Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { ResolvedSseOptions } from '../../options/sse.options.js';
import type { TopicResolver } from '../../seams/topic-resolver.js';

/** Query parameters for topics: a list, and a single one. */
const LIST_NAME = 'topics';
const SINGLE_NAME = 'topic';

/** The default {@link TopicResolver}: `?topics=a,b` and repeated `?topic=`, in that order. */
export const queryTopicResolver: TopicResolver = {
  topicsOf: (_request, query) => [
    ...query.getAll(LIST_NAME).flatMap((list) => (list === '' ? [] : list.split(','))),
    ...query.getAll(SINGLE_NAME),
  ],
};

type TopicRules = Pick<ResolvedSseOptions, 'topics' | 'maxTopicsPerConnection' | 'onDeniedTopic'>;

/**
 * Checks the requested topics and decides which are granted.
 * @returns the granted topics without duplicates; `denied` is empty unless `onDeniedTopic` is `omit`.
 * @throws SseRefusal 400 `topics_disabled` | `invalid_topic` | `too_many_topics`, 403 `topic_forbidden` with `denied`.
 */
export async function decideTopics(
  requested: readonly string[],
  principal: Principal,
  entitlements: Entitlements,
  options: TopicRules,
): Promise<TopicDecision> {
  const topics = [...new Set(requested)];
  if (topics.length > 0 && !options.topics) {
    throw new SseRefusal(400, 'topics_disabled', {
      detail: 'Topics are disabled on this server. Open the stream without topics.',
    });
  }
  const limit = options.maxTopicsPerConnection;
  if (limit > 0 && topics.length > limit) {
    throw new SseRefusal(400, 'too_many_topics', {
      detail: `${topics.length} topics were requested; a connection follows at most ${limit}. Use a pattern or a second stream.`,
    });
  }
  for (const topic of topics) {
    if (!isTopicPattern(topic)) throw new SseRefusal(400, 'invalid_topic', { detail: invalidTopic(String(topic)) });
  }
  const decision = await entitlements.decide(principal, topics);
  if (decision.denied.length > 0 && options.onDeniedTopic === 'refuse') {
    throw new SseRefusal(403, 'topic_forbidden', {
      detail:
        'You may not follow the topics in "denied": neither the token nor a rule of the application grants them. Open the stream without them.',
      extra: { denied: decision.denied },
    });
  }
  return decision;
}
