import { expect, test } from '@jest/globals';
import { appLink } from './app-link.js';

const BASE = 'https://erp.example/herald/#/inbox';

test.each([
  ['/approvals/tasks/019a-1', '#/approvals/tasks/019a-1'],
  ['/approvals/instances/019a-2/', '#/approvals/instances/019a-2'],
  ['/herald/approvals/tasks/1', '#/approvals/tasks/1'],
  ['https://erp.example/herald/approvals/tasks/1', '#/approvals/tasks/1'],
])('appLink opens %s inside the pages', (link, address) => {
  expect(appLink(link, BASE)).toBe(address);
});

test.each([
  null,
  '',
  '/orders/4711',
  '/approvals/tasks',
  '/approvals/tasks/1/actions',
  '/approvals/tasks/%3Cb%3E',
  'https://elsewhere.example/approvals/tasks/1',
  'javascript:alert(1)//approvals/tasks/1',
  'https://',
])('appLink ignores %s', (link) => {
  expect(appLink(link, BASE)).toBeNull();
});
