import { describe, expect, it } from '@jest/globals';
import { asUserId } from '@nest-herald/platform';
import { SubscriptionFilter, topicOf } from './subscription-filter.js';

const ann = asUserId('ann');
const to = (audience: string) => ({ audience, recipients: null });

describe('SubscriptionFilter', () => {
  const filter = new SubscriptionFilter([ann], ['user:ann', 'tenant', 'role:hr'], ['job:1', 'doc:*', 'doc:*', 'job:1']);

  it('matches its keys, its topics, its patterns and its user, and nothing else', () => {
    for (const audience of ['user:ann', 'tenant', 'role:hr', 'topic:job:1', 'topic:doc:7']) {
      expect(filter.matches(to(audience))).toBe(true);
    }
    for (const audience of [
      'user:ann2',
      'role:h',
      'topic:job:2',
      'topic:doc:7:8',
      'topic:tenant',
      'job:1',
      'users',
      '',
    ]) {
      expect(filter.matches(to(audience))).toBe(false);
    }
    expect(filter.matches({ audience: 'users', recipients: [asUserId('bob'), ann] })).toBe(true);
    expect(filter.matches({ audience: 'users', recipients: [asUserId('bob')] })).toBe(false);
  });

  it('lists every key and every pattern once', () => {
    expect(filter.exactKeys).toEqual(['user:ann', 'tenant', 'role:hr', 'topic:job:1']);
    expect(filter.patterns).toEqual(['doc:*']);
  });

  it('distinguishes topics from other audiences', () => {
    expect([topicOf('topic:a:b'), topicOf('tenant'), topicOf('role:topic:a')]).toEqual(['a:b', null, null]);
  });
});
