import { expect, test } from '@jest/globals';
import { safeLink } from './safe-link.js';

const BASE = 'https://erp.example/herald/';

test('safeLink accepts paths and web addresses', () => {
  expect(safeLink('/orders/1', BASE)).toBe('https://erp.example/orders/1');
  expect(safeLink('http://other.example/x', BASE)).toBe('http://other.example/x');
});

test.each([
  'javascript:alert(1)',
  ' JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'http://',
  '',
  '  ',
  null,
])('safeLink refuses %j', (link) => {
  expect(safeLink(link, BASE)).toBeNull();
});
