import { expect, it } from '@jest/globals';
import { nearestName } from './nearest-name.js';

const known = ['heartbeatIntervalMs', 'maxConnections', 'maxConnectionsPerUser', 'retryMs', 'jwt'];

it.each([
  ['heartBeatIntervalMs', 'heartbeatIntervalMs'],
  ['heartbeatInterval', 'heartbeatIntervalMs'],
  ['maxConnection', 'maxConnections'],
  ['maxConnectionPerUsers', 'maxConnectionsPerUser'],
  ['retry', null],
  ['retryMS', 'retryMs'],
  ['JWT', 'jwt'],
  ['corsOrigins', null],
  ['', null],
  ['x'.repeat(10_000), null],
])('suggests for %j the name %j', (given, meant) => {
  expect(nearestName(given, known)).toBe(meant);
});
