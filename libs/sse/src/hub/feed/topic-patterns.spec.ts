import { describe, expect, it } from '@jest/globals';
import { compileTopicPattern } from '@nest-herald/sse-protocol';
import fc from 'fast-check';
import { TopicPatterns } from './topic-patterns.js';

const segment = fc.constantFrom('a', 'b', 'presence');
const topics = fc.array(segment, { minLength: 1, maxLength: 4 }).map((s) => s.join(':'));
const patterns = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { maxLength: 3 }), fc.constantFrom('*', '**', 'a'))
  .map(([head, last]) => [...head, last].join(':'));

describe('TopicPatterns', () => {
  it('matches like a test of each pattern, over any additions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(patterns, fc.boolean()), { maxLength: 40 }), fc.array(topics), (changes, asked) => {
        const tree = new TopicPatterns<string>();
        const model = new Set<string>();
        for (const [pattern, isAdded] of changes) {
          tree.set(pattern, isAdded ? pattern : null);
          if (isAdded) model.add(pattern);
          else model.delete(pattern);
          for (const topic of asked) {
            const expected = [...model].filter((p) => compileTopicPattern(p)(topic));
            expect([...tree.match(topic)].sort()).toEqual(expected.sort());
          }
          expect(tree.size).toBe(model.size);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('matches nothing for a malformed topic', () => {
    const tree = new TopicPatterns<string>();
    tree.set('**', 'all');
    expect(tree.match('a::b')).toEqual([]);
    expect(tree.match('a:*')).toEqual([]);
  });
});
