import { invalidTopic, isTopicPattern } from '@nest-herald/sse-protocol';
import type { Entitlements, TopicDecision } from '../../control/entitlements.js';
import type { Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { ResolvedSseOptions } from '../../options/sse.options.js';
import type { TopicResolver } from '../../seams/topic-resolver.js';

/** Query names under which topics are asked for: a list, and one at a time. */
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
 * Checks a wish to follow topics and decides it.
 * @returns what is granted, doubles dropped; `denied` is empty unless `onDeniedTopic` is `omit`.
 * @throws SseRefusal 400 `topics_disabled` | `invalid_topic` | `too_many_topics`, 403 `topic_forbidden` with `denied`.
 */
export async function decideTopics(
  wished: readonly string[],
  principal: Principal,
  entitlements: Entitlements,
  options: TopicRules,
): Promise<TopicDecision> {
  const topics = [...new Set(wished)];
  if (topics.length > 0 && !options.topics) {
    throw new SseRefusal(400, 'topics_disabled', { detail: 'Topics are off here. Open the stream without any.' });
  }
  const limit = options.maxTopicsPerConnection;
  if (limit > 0 && topics.length > limit) {
    throw new SseRefusal(400, 'too_many_topics', {
      detail: `A connection follows at most ${limit} topics; ${topics.length} were asked for. Use a pattern or a second stream.`,
    });
  }
  for (const topic of topics) {
    if (!isTopicPattern(topic)) throw new SseRefusal(400, 'invalid_topic', { detail: invalidTopic(String(topic)) });
  }
  const decision = await entitlements.decide(principal, topics);
  if (decision.denied.length > 0 && options.onDeniedTopic === 'refuse') {
    throw new SseRefusal(403, 'topic_forbidden', {
      detail: 'You may not follow the topics in "denied": neither the token nor a rule of the application grants them.',
      extra: { denied: decision.denied },
    });
  }
  return decision;
}
