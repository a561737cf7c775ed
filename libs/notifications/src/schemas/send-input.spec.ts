import { describe, expect, it } from '@jest/globals';
import { sendSchema } from './send-input.js';

const least = { to: { users: ['ann'] }, title: 'x' };
const faultsOf = (input: unknown): string[] =>
  sendSchema.safeParse(input).error?.issues.map((issue) => issue.path.join('.')) ?? [];

describe('The input of a send', () => {
  it('needs a recipient and a title, and fills in the rest', () => {
    expect(sendSchema.parse(least)).toEqual({ ...least, type: 'message', priority: 'normal', requiresAck: false });
    expect(faultsOf({})).toEqual(['to', 'title']);
    expect(faultsOf({ ...least, to: {} })).toEqual(['to']);
    expect(faultsOf({ ...least, to: { users: [] } })).toEqual(['to.users']);
  });

  it.each(['/orders/7', '/', 'https://erp.example/a?b=c#d', 'http://localhost:3000'])('accepts the link %s', (link) => {
    expect(faultsOf({ ...least, link })).toEqual([]);
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:x',
    'data:text/html,x',
    '//evil.example',
    '/\\evil.example',
    'orders/7',
    ' /x',
    'https://',
  ])('refuses the link %s', (link) => {
    expect(faultsOf({ ...least, link })).toEqual(['link']);
    const action = { key: 'open', label: 'Open', type: 'link', href: link };
    expect(faultsOf({ ...least, actions: [action] })).toEqual(['actions.0.href']);
  });

  it('refuses two actions with one key', () => {
    const action = { key: 'open', label: 'Open', type: 'link', href: '/' };
    expect(faultsOf({ ...least, actions: [action, action] })).toEqual(['actions']);
  });

  it('keeps data unchanged, in any JSON form', () => {
    for (const data of [null, 0, false, 'text', [1, [2]], { a: { b: null } }]) {
      expect(sendSchema.parse({ ...least, data }).data).toEqual(data);
    }
  });

  it.each(['type', 'priority', 'category', 'expiresAt', 'requiresAck'])('refuses a wrong %s', (field) => {
    expect(faultsOf({ ...least, [field]: 'Nothing Of That' })).toEqual([field]);
  });
});
