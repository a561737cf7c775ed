import type { Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { HeraldHttpAdapter } from './herald-http-adapter.js';

describe('HeraldHttpAdapter', () => {
  it('limits the time of receiving a request and of an idle connection, but not of an answer', () => {
    const adapter = new HeraldHttpAdapter();
    adapter.initHttpServer();
    const server = adapter.getHttpServer() as Server;
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 75_000,
      // A stream is an answer without an end.
      timeout: 0,
    });
  });
});
