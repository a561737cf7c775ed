import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cursorAt, filterOf, listQuerySchema } from './list-query.js';

describe('The query of a list', () => {
  it('asks for the first twenty of the inbox by default', () => {
    const query = listQuerySchema.parse({});
    expect(query).toEqual({ state: 'inbox', limit: 20 });
    expect(filterOf(query)).toEqual({ state: 'inbox' });
  });

  it('continues after the sort key of a cursor', () => {
    fc.assert(
      fc.property(fc.uuid(), (sortKey) => {
        const cursor = cursorAt(sortKey);
        expect(cursor).not.toContain(sortKey);
        expect(filterOf(listQuerySchema.parse({ cursor })).before).toBe(sortKey);
      }),
    );
  });

  it.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAB', '!AAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(1_000)])(
    'refuses the cursor %j',
    (cursor) => {
      expect(listQuerySchema.safeParse({ cursor }).error?.issues.map((issue) => issue.path)).toEqual([['cursor']]);
    },
  );

  it('maps every filter to the store', () => {
    const given = {
      type: 'task',
      category: 'c',
      priority: 'high',
      relatedType: 't',
      relatedId: 'i',
      q: 'x',
      state: 'all',
    };
    const times = { from: '2026-01-01T01:00:00+01:00', to: '2026-02-01T00:00:00Z' };
    expect(filterOf(listQuerySchema.parse({ ...given, ...times }))).toEqual({
      state: 'all',
      type: 'task',
      category: 'c',
      priority: 2,
      relatedType: 't',
      relatedId: 'i',
      text: 'x',
      from: new Date('2026-01-01T00:00:00Z'),
      to: new Date('2026-02-01T00:00:00Z'),
    });
  });
});
