import { describe, expect, it } from '@jest/globals';
import { addresseesOf, permissionsFor } from './targets.js';

describe('Targets', () => {
  it('become the audience keys of connections', () => {
    const to = { topics: ['a:b'], roles: ['r'], departments: ['d'], positions: ['p'], groups: ['g'] };
    expect(addresseesOf(to)).toEqual({ users: [], keys: ['dept:d', 'group:g', 'pos:p', 'role:r', 'topic:a:b'] });
  });

  it('contain each person and key once', () => {
    expect(addresseesOf({ users: ['b', 'a', 'b'], roles: ['r', 'r'] })).toEqual({
      users: ['a', 'b'],
      keys: ['role:r'],
    });
  });

  it('are only the tenant when they contain it', () => {
    expect(addresseesOf({ users: ['a'], roles: ['r'], tenant: true })).toEqual({ users: [], keys: ['tenant'] });
  });

  it('need the permission of each kind of target', () => {
    expect(permissionsFor({ users: ['a'] })).toEqual(['notification:send']);
    expect(permissionsFor({ topics: ['t'] })).toEqual(['notification:send']);
    expect(permissionsFor({ tenant: true })).toEqual(['notification:broadcast']);
    expect(permissionsFor({ users: ['a'], groups: ['g'] })).toEqual(['notification:send', 'notification:broadcast']);
  });
});
