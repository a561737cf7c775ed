import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import { type ExpressPrototypes, expressMessages } from './express-messages.js';

type Application = ExpressPrototypes & RequestListener & { get(path: string, handler: RequestListener): unknown };

async function askOnce(application: Application, listener: RequestListener): Promise<{ status: number; body: string }> {
  const server = createServer(expressMessages(application), listener).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [answer] = (await once(get({ port, host: '127.0.0.1', path: '/here?a=1', agent: false }), 'response')) as [
      IncomingMessage,
    ];
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    return { status: answer.statusCode ?? 0, body };
  } finally {
    server.close();
  }
}

const expressApplication = (): Application => new ExpressAdapter().getInstance<Application>();

describe('expressMessages', () => {
  it('creates messages with the prototypes of the application', async () => {
    const application = expressApplication();
    let prototypes: unknown[] = [];
    await askOnce(application, (request, response) => {
      prototypes = [Object.getPrototypeOf(request), Object.getPrototypeOf(response)];
      response.end();
    });
    expect(prototypes).toEqual([application.request, application.response]);
    expect(prototypes[0]).toBe(application.request);
    expect(prototypes[1]).toBe(application.response);
  });

  it('does not change the behaviour of the application', async () => {
    const application = expressApplication();
    application.get('/here', (request, response) => {
      const { query } = request as IncomingMessage & { query: unknown };
      (response as ServerResponse & { status(code: number): { json(body: unknown): void } }).status(201).json(query);
    });
    expect(await askOnce(application, application)).toEqual({ status: 201, body: '{"a":"1"}' });
  });
});
