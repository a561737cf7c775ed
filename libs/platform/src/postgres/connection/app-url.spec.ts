import { expect, it } from '@jest/globals';
import { withRole } from './app-url.js';

it('adds the role to the options that the URL already has', () => {
  const url = new URL(withRole('postgres://u:p%40ss@db:5432/erp?sslmode=require&options=-c%20statement_timeout%3D5s'));
  expect(url.searchParams.get('options')).toBe('-c statement_timeout=5s -c role=herald_app');
  expect([url.password, url.searchParams.get('sslmode')]).toEqual(['p%40ss', 'require']);
});
