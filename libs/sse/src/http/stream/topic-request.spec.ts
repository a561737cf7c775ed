import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Entitlements } from '../../control/entitlements.js';
import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { TopicAuthorizer } from '../../seams/topic-authorizer.js';
import { anyTopicRule, TokenTopicAuthorizer } from '../identity/topic-authorizer.js';
import { decideTopics, queryTopicResolver } from './topic-request.js';

const principalOf = (overrides: Partial<Principal> = {}): Principal => ({
  tenantId: asTenantId('acme'),
  userId: asUserId('ann'),
  roles: [],
  permissions: [],
  topics: ['doc:*', 'job:**', 'plain'],
  expiresAt: new Date(8e12),
  issuedAt: new Date(0),
  ...overrides,
});
const rules = { topics: true, maxTopicsPerConnection: 3, onDeniedTopic: 'refuse' } as const;

function decide(
  requested: string[],
  options: Partial<Parameters<typeof decideTopics>[3]> = {},
  principal = principalOf(),
  topicAuthorizer: TopicAuthorizer = new TokenTopicAuthorizer(),
) {
  const entitlements = new Entitlements({
    topicAuthorizer,
    audienceResolver: undefined,
    topicDecisionTimeoutMs: 1_000,
    logger: { error: () => undefined },
  });
  return decideTopics(requested, principal, entitlements, { ...rules, ...options });
}
const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'granted',
    (error: unknown) => (error instanceof SseRefusal ? `${error.status} ${error.code}` : String(error)),
  );

describe('the topics of a request', () => {
  it('come from a list and from repeated parameters', async () => {
    const query = new URLSearchParams('topics=a,b&topic=c:1&topic=d&topics=');
    expect(await queryTopicResolver.topicsOf({} as IncomingMessage, query, principalOf())).toEqual([
      'a',
      'b',
      'c:1',
      'd',
    ]);
  });

  it('are granted when a pattern of the token covers them, patterns included, duplicates once', async () => {
    expect(await decide(['doc:1', 'job:**', 'doc:1'])).toEqual({ granted: ['doc:1', 'job:**'], denied: [] });
    expect(await codeOf(decide(['doc:**']))).toBe('403 topic_forbidden');
    expect(await codeOf(decide(['**']))).toBe('403 topic_forbidden');
    expect(await codeOf(decide(['Plain']))).toBe('403 topic_forbidden');
  });

  it('are refused with a list of the denied ones, or opened without those when the host prefers that', async () => {
    await expect(decide(['doc:1', 'x', 'y'])).rejects.toMatchObject({ details: { extra: { denied: ['x', 'y'] } } });
    expect(await decide(['doc:1', 'x'], { onDeniedTopic: 'omit' })).toEqual({ granted: ['doc:1'], denied: ['x'] });
  });

  it.each([
    '',
    'a::b',
    'a:',
    ':a',
    '..',
    'a:..',
    'Approval：1',
    'a%3Ab',
    'a\u200b',
    'a b',
    '**:a',
    'a*',
    'x'.repeat(201),
  ])('are refused when one is %j', async (topic) => {
    expect(await codeOf(decide([topic], {}, principalOf({ topics: ['**'] })))).toBe('400 invalid_topic');
  });

  it('are limited in number, and refused where topics are off', async () => {
    expect(await codeOf(decide(['doc:1', 'doc:2', 'doc:3']))).toBe('granted');
    expect(await codeOf(decide(['doc:1', 'doc:2', 'doc:3', 'doc:4']))).toBe('400 too_many_topics');
    expect(await codeOf(decide(['doc:1'], { topics: false }))).toBe('400 topics_disabled');
    expect(await codeOf(decide([], { topics: false }))).toBe('granted');
  });

  it('need sse:admin when they are reserved, whatever pattern the token has', async () => {
    expect(await codeOf(decide(['presence'], {}, principalOf({ topics: ['**'] })))).toBe('403 topic_forbidden');
    expect(await codeOf(decide(['presence'], {}, principalOf({ topics: ['presence'] })))).toBe('403 topic_forbidden');
    expect(await codeOf(decide(['presence'], {}, principalOf({ permissions: ['sse:admin'] })))).toBe('granted');
    expect(await codeOf(decide(['presence'], {}, principalOf({ roles: ['admin'] })))).toBe('granted');
  });

  it('that are reserved are neither granted nor denied by a rule of the host', async () => {
    const everything: TopicAuthorizer = { mayFollow: () => true };
    const nothing: TopicAuthorizer = { mayFollow: () => false };
    for (const topic of ['presence', 'presence:x', 'presence:*', 'presence:**']) {
      expect(await codeOf(decide([topic], {}, principalOf(), everything))).toBe('403 topic_forbidden');
      expect(await codeOf(decide([topic], {}, principalOf({ permissions: ['sse:*'] }), nothing))).toBe('granted');
    }
    expect(await codeOf(decide(['presences', '*', '**'], {}, principalOf(), everything))).toBe('granted');
  });
});

describe('combined rules', () => {
  const yes: TopicAuthorizer = { mayFollow: () => Promise.resolve(true) };
  const no: TopicAuthorizer = { mayFollow: () => false };
  const broken: TopicAuthorizer = { mayFollow: () => Promise.reject(new Error('broken rule')) };

  it('grant a topic when one of them does, even after a broken one', async () => {
    expect(await anyTopicRule(no, yes).mayFollow(principalOf(), 'a')).toBe(true);
    expect(await anyTopicRule(broken, yes).mayFollow(principalOf(), 'a')).toBe(true);
    expect(await anyTopicRule(no, no).mayFollow(principalOf(), 'a')).toBe(false);
    expect(await anyTopicRule().mayFollow(principalOf(), 'a')).toBe(false);
  });

  it('throw when none grants the topic and one is broken', async () => {
    await expect(anyTopicRule(broken, no).mayFollow(principalOf(), 'a')).rejects.toThrow('broken rule');
  });
});
