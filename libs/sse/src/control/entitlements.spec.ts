import { describe, expect, it } from '@jest/globals';
import type { AudienceResolver } from '../seams/audience-resolver.js';
import { Entitlements } from './entitlements.js';
import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';
import type { TopicAuthorizer } from '../seams/topic-authorizer.js';

const ann: Principal = {
  tenantId: asTenantId('acme'),
  userId: asUserId('ann'),
  roles: ['buyer'],
  permissions: [],
  topics: [],
  expiresAt: new Date(8e12),
  issuedAt: new Date(0),
};

function subject(mayFollow: TopicAuthorizer['mayFollow'], audienceResolver?: AudienceResolver) {
  const errors: string[] = [];
  const entitlements = new Entitlements({
    topicAuthorizer: { mayFollow },
    audienceResolver,
    topicDecisionTimeoutMs: 20,
    audienceTimeoutMs: 30,
    logger: { error: (message) => errors.push(message) },
  });
  return { entitlements, errors };
}
const never = (): Promise<boolean> => new Promise(() => undefined);

describe('the audience keys of a principal', () => {
  it('are those of the token and those that the directory adds, each once', async () => {
    const { entitlements } = subject(never, { keysOf: () => ['dept:1', 'dept:0', 'role:buyer'] });
    expect(await entitlements.keysOf(ann)).toEqual(['user:ann', 'tenant', 'role:buyer', 'dept:1', 'dept:0']);
  });

  it.each(['user:bob', 'topic:x', 'tenant', 'users', 'user:a\nb'])(
    'are refused when the directory returns %j, which the token alone decides',
    async (key) => {
      const { entitlements, errors } = subject(never, { keysOf: () => [key] });
      await expect(entitlements.keysOf(ann)).rejects.toMatchObject({ status: 503 });
      expect(errors).toHaveLength(1);
      expect(errors[0]).not.toContain('\n');
    },
  );

  it('are refused when the directory fails: no stream misses its department silently', async () => {
    const { entitlements } = subject(never, { keysOf: () => Promise.reject(new Error('directory down')) });
    await expect(entitlements.keysOf(ann)).rejects.toMatchObject({ status: 503, code: 'internal_error' });
  });
});

describe('a directory that hangs', () => {
  it('refuses the stream instead of keeping a slot or old rights', async () => {
    const { entitlements, errors } = subject(never, { keysOf: () => new Promise(() => undefined) });
    await expect(entitlements.keysOf(ann)).rejects.toMatchObject({ status: 503, code: 'internal_error' });
    expect(errors).toEqual(['The audience resolver failed: Error: keysOf: no answer within 30 ms']);
  });
});

describe('a decision about topics', () => {
  it('keeps the order of the request', async () => {
    const { entitlements } = subject((_, topic) => topic !== 'b');
    expect(await entitlements.decide(ann, ['c', 'b', 'a'])).toEqual({ granted: ['c', 'a'], denied: ['b'] });
  });

  it('denies a topic whose rule throws, at once or later, and logs the error', async () => {
    const { entitlements, errors } = subject((_, topic) => {
      if (topic === 'a') throw new Error('at once');
      return Promise.reject(new Error('later'));
    });
    expect(await entitlements.decide(ann, ['a', 'b'])).toEqual({ granted: [], denied: ['a', 'b'] });
    expect(errors).toHaveLength(2);
  });

  it('denies a topic whose rule hangs, and grants the others of the same request', async () => {
    const { entitlements, errors } = subject((_, topic) => (topic === 'slow' ? never() : true));
    expect(await entitlements.decide(ann, ['fast', 'slow'])).toEqual({ granted: ['fast'], denied: ['slow'] });
    expect(errors).toHaveLength(1);
  });

  it('denies a topic for every answer but true', async () => {
    const { entitlements } = subject(() => 'yes' as unknown as boolean);
    expect(await entitlements.decide(ann, ['a'])).toEqual({ granted: [], denied: ['a'] });
  });
});
