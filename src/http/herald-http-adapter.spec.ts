import type { Server } from 'node:http';
import { expect, it } from '@jest/globals';
import { HeraldHttpAdapter } from './herald-http-adapter.js';

it('bounds how long a request may take to arrive and how long an idle line lives, but no answer', () => {
  const adapter = new HeraldHttpAdapter();
  adapter.initHttpServer();
  const server = adapter.getHttpServer() as Server;
  expect(server).toMatchObject({
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 75_000,
    // An answer may take for ever: a stream does.
    timeout: 0,
  });
});
