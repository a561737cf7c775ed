import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { createGunzip } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  type INestApplication,
  VersioningType,
} from '@nestjs/common';
import compression from 'compression';
import helmet from 'helmet';
import { SseApp, testToken } from '../support/sse-app.js';

let sse: SseApp;
const start = async (configure: (app: INestApplication) => void): Promise<SseApp> =>
  (sse = await SseApp.start({ configure }));
afterEach(() => sse.stop());

const auth = (): Record<string, string> => ({ authorization: `Bearer ${testToken()}`, accept: 'text/event-stream' });
const tick = (data: string): Promise<void> => sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });

/** Gives every error the same shape, as many hosts do. */
@Catch()
class OwnShape implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const response = host.switchToHttp().getResponse<{ status(code: number): { json(body: unknown): void } }>();
    response.status(status).json({ own: true });
  }
}

/** Opens a stream that accepts gzip. */
function openCompressed(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(
      `${sse.url}/api/v1/sse/stream`,
      { agent: false, headers: { ...auth(), 'accept-encoding': 'gzip' } },
      resolve,
    ).on('error', reject);
  });
}

describe('a stream in an application with', () => {
  it('compression(): each event arrives at once, compressed or not', async () => {
    // no-transform makes the middleware skip the stream. For a host that compresses anyway, every frame is flushed.
    for (const isForced of [false, true]) {
      await start((app) => {
        if (isForced) {
          app.use(
            (
              _: unknown,
              response: IncomingMessage & { setHeader: (k: string, v: unknown) => void },
              next: () => void,
            ) => {
              const set = response.setHeader.bind(response);
              response.setHeader = (name, value) =>
                set(name, name === 'Cache-Control' ? String(value).replace(', no-transform', '') : value);
              next();
            },
          );
        }
        app.use(compression({ filter: () => true, threshold: 0 }));
      });
      const response = await openCompressed();
      const isCompressed = response.headers['content-encoding'] === 'gzip';
      expect(isCompressed).toBe(isForced);
      let text = '';
      (isCompressed ? response.pipe(createGunzip()) : response).setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const until = async (part: string): Promise<void> => {
        while (!text.includes(part)) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await until('event: connected');
      for (const data of ['one', 'two', 'three']) {
        await tick(data);
        await until(`data: ${data}\n\n`);
      }
      response.destroy();
      await sse.stop();
    }
    await start(() => undefined);
  });

  it('helmet, CORS and a global prefix: their headers are added, and the stream’s own stay', async () => {
    await start((app) => {
      app.use(helmet());
      app.enableCors({ origin: 'https://erp.example', credentials: true });
      app.setGlobalPrefix('erp');
    });
    const stream = await sse.raw('/erp/api/v1/sse/stream', { headers: { ...auth(), origin: 'https://erp.example' } });
    await stream.event('connected');
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'access-control-allow-origin': 'https://erp.example',
      'access-control-allow-credentials': 'true',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    expect(stream.headers['x-powered-by']).toBeUndefined();
    await tick('here');
    expect(await stream.event('tick')).toMatchObject({ data: 'here' });
  });

  it.each([
    ['URI', { type: VersioningType.URI, defaultVersion: '2' } as const, '/v2/api/v1/sse/stream', {}],
    [
      'header',
      { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '2' } as const,
      '/api/v1/sse/stream',
      { 'x-version': '2' },
    ],
  ])('versioning by %s: the routes have the host’s version', async (_, versioning, path, headers) => {
    await start((app) => void app.enableVersioning(versioning));
    const stream = await sse.raw(path, { headers: { ...auth(), ...headers } });
    await stream.event('connected');
    await tick('here');
    expect(await stream.event('tick')).toMatchObject({ data: 'here' });
  });

  it('its own filter for every error: refusals of the stream stay problem documents', async () => {
    await start((app) => void app.useGlobalFilters(new OwnShape()));
    expect(await sse.call('GET', '/api/v1/sse/stream', null)).toMatchObject({
      status: 401,
      body: { code: 'missing_token' },
    });
    expect(await sse.call('GET', '/api/v1/sse/stats')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await sse.call('GET', '/nowhere')).toMatchObject({ status: 404, body: { own: true } });
  });

  it('forceCloseConnections: shutdown sends close events, and waits neither for idle connections nor for half of a request', async () => {
    sse = await SseApp.start({ platform: { forceCloseConnections: true } });
    const stream = await sse.open();
    const lines = ['', 'GET / HTTP/1.1\r\nHost: a\r\n'].map((text) => {
      const line = connect(Number(new URL(sse.url).port), '127.0.0.1');
      line.on('error', () => undefined).write(text);
      return line;
    });
    await Promise.all(lines.map((line) => once(line, 'connect')));
    await sse.app.close();
    expect(await stream.end()).toContain('"reason":"shutdown"');
    for (const line of lines) line.destroy();
  });

  it('shutdown hooks: shutdown sends close events and completes', async () => {
    await start((app) => void app.enableShutdownHooks(['SIGUSR2']));
    const stream = await sse.open();
    await sse.app.close();
    expect(await stream.end()).toContain('"reason":"shutdown"');
  });
});
