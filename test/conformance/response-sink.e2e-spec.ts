import { createServer as createHttpServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { eventually, MemoryHub, StreamClient } from '@nest-herald/sse/testing';

const acme = asTenantId('acme');
const cleanUp: (() => void | Promise<void>)[] = [];
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function listen(server: Server | ReturnType<typeof createHttp2Server>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function startHub(options: object = {}): Promise<MemoryHub> {
  const memory = await MemoryHub.start({ options });
  cleanUp.push(() => memory.hub.stop());
  return memory;
}

/** A minimal route: it sends the headers, then the hub takes over the response. */
function route(memory: MemoryHub, before: (response: ServerResponse) => void = () => {}): RequestListener {
  return (request, response) => {
    const user = new URL(request.url ?? '/', 'http://x').searchParams.get('user') ?? 'ann';
    void memory.prepare({ user }).then((prepared) => {
      before(response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      prepared.attach(response);
    });
  };
}

async function serve(memory: MemoryHub, before?: (response: ServerResponse) => void): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer(route(memory, before)))}`;
}

async function follow(url: string): Promise<StreamClient> {
  const client = await StreamClient.open(url);
  cleanUp.push(() => client.close());
  await client.waitFor('connected');
  return client;
}

/** A client that sends raw bytes. */
async function raw(
  url: string,
  request: string,
): Promise<{ socket: Socket; text: () => string; isClosed: () => boolean }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  cleanUp.push(() => void socket.destroy());
  let text = '';
  let isClosed = false;
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => {}).once('close', () => (isClosed = true));
  socket.write(request);
  await eventually('the first event', () => text.includes('event: connected'));
  return { socket, text: () => text, isClosed: () => isClosed };
}

const isDirect = (response: ServerResponse): boolean => response.chunkedEncoding;

describe('frames on a real socket', () => {
  it('arrive complete and in order on HTTP/1.1, in a burst and one by one', async () => {
    const memory = await startHub();
    const client = await follow(await serve(memory));
    await memory.publish(
      'tenant',
      numbers(500).map((i) => `${i} ünï\nline ${'x'.repeat(i)}`),
    );
    await client.waitFor('note', 500);
    memory.send('tenant', 'alone');
    await client.waitFor('tick');
    expect(client.payloads('note')).toEqual(numbers(500).map((i) => `${i} ünï\nline ${'x'.repeat(i)}`));
    expect(client.retryMs).toBe(3_000);
  });

  it('bypass res.write on HTTP/1.1, and are not interleaved with other writes', async () => {
    const memory = await startHub();
    let response: ServerResponse | undefined;
    const url = await serve(memory, (r) => (response = r));
    const client = await follow(url);
    expect(isDirect(response!)).toBe(true);
    for (const i of numbers(100)) {
      memory.send('tenant', `${i}`);
      response!.write(': another writer\n\n');
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await client.waitFor('tick', 100);
    await eventually('all comments', () => client.comments.length === 100);
    expect(client.payloads('tick')).toEqual(numbers(100).map(String));
  });

  it('pass through the wrapper of a middleware', async () => {
    const memory = await startHub();
    const passed: string[] = [];
    let flushes = 0;
    const url = await serve(memory, (response) => {
      const write = response.write.bind(response);
      response.write = ((chunk: Buffer) => {
        passed.push(chunk.toString());
        return write(chunk);
      }) as typeof response.write;
      Object.assign(response, { flush: () => (flushes += 1) });
    });
    const client = await follow(url);
    await memory.publish('tenant', ['1', '2', '3']);
    await client.waitFor('note', 3);
    expect(passed.join('')).toContain('data: 3\n\n');
    expect(passed.join('')).not.toContain('\r\n');
    expect(flushes).toBe(passed.length);
  });

  it('have no chunk framing on HTTP/1.0, and end with the connection', async () => {
    const memory = await startHub();
    const client = await raw(await serve(memory), 'GET / HTTP/1.0\r\n\r\n');
    memory.send('tenant', 'old');
    await eventually('the event', () => client.text().includes('event: tick\ndata: old\n\n'));
    expect(client.text().split('\r\n\r\n')[1]).toMatch(/^retry: 3000\nid: /);
    memory.hub.close(
      (await memory.prepare()).attachTo.length === 1 ? ('acme' as never) : ('acme' as never),
      {},
      'complete',
    );
    await eventually('the end', () => client.isClosed());
    expect(client.text()).toMatch(/event: close\ndata: .*\n\n$/);
  });

  it('arrive over HTTP/2', async () => {
    const memory = await startHub();
    const server = createHttp2Server((_, response) => {
      void memory.prepare().then((prepared) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        prepared.attach(response as unknown as ServerResponse);
      });
    });
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    cleanUp.push(() => session.destroy());
    const stream = session.request({ ':path': '/' });
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    await eventually('connected', () => text.includes('event: connected'));
    await memory.publish(
      'tenant',
      numbers(300).map((i) => `${i} ${'x'.repeat(500)}`),
    );
    await eventually('the last', () => text.includes('data: 300 '));
    expect([...text.matchAll(/^data: (\d+) x/gm)].map((m) => Number(m[1]))).toEqual(numbers(300));
    stream.close();
    await eventually('the end', () => memory.hub.stats(null).connections === 0);
  });

  it('leave a keep-alive connection usable after the end of the stream', async () => {
    const memory = await startHub();
    const client = await raw(await serve(memory), 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const [connection] = memory.hub.connections(acme);
    connection!.close('complete');
    await eventually('the last chunk', () => client.text().endsWith('\r\n0\r\n\r\n'));
    client.socket.write('GET /?user=bob HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually('a second stream', () => client.text().split('event: connected').length === 3);
    expect(client.isClosed()).toBe(false);
  });
});

describe('clients that disconnect or stall', () => {
  it('are removed when their socket closes, at any stage', async () => {
    const memory = await startHub();
    const url = await serve(memory);
    for (const leave of ['destroy', 'end', 'resetAndDestroy'] as const) {
      const client = await raw(url, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(memory.hub.stats(null).connections).toBe(1);
      client.socket[leave]();
      await eventually(leave, () => memory.hub.stats(null).connections === 0);
    }
    expect(memory.hub.stats(null)).toMatchObject({ connectsTotal: 3, disconnectsTotal: 3 });
  });

  it('are reset when they never read, while the others get every event at once', async () => {
    const memory = await startHub({ maxQueuedBytes: 65_536 });
    const url = await serve(memory);
    const stalled = await raw(`${url}`, 'GET /?user=stalled HTTP/1.1\r\nhost: x\r\n\r\n');
    stalled.socket.pause();
    const reading = await follow(`${url}/?user=reading`);
    const payload = 'x'.repeat(60_000);
    let sent = 0;
    await eventually('the stalled one is given up', async () => {
      await memory.publish('tenant', [payload, payload, payload, payload]);
      sent += 4;
      return memory.hub.stats(null).slowConsumersTotal === 1;
    });
    await reading.waitFor('note', sent);
    await eventually('only the reading one is left', () => memory.hub.stats(null).connections === 1);
    stalled.socket.resume();
    await eventually('the reset', () => stalled.isClosed());
    expect(memory.hub.stats(null).queuedBytes).toBeLessThan(1_000);
  });

  it('that read slowly lose nothing while their queue stays within its limit', async () => {
    const memory = await startHub({ maxQueuedBytes: 64 * 1024 * 1024 });
    const client = await follow(await serve(memory));
    client.pause();
    // In steps, because the memory log keeps only a few megabytes.
    for (let step = 0; step < 20; step++) {
      await memory.publish(
        'tenant',
        numbers(20).map((i) => `${step * 20 + i} ${'x'.repeat(50_000)}`),
      );
      await eventually('the step', () => memory.hub.stats(null).eventsSentTotal === (step + 1) * 20);
    }
    await eventually('bytes wait in the process', () => memory.hub.stats(null).queuedBytes > 1_000_000);
    client.resume();
    await client.waitFor('note', 400);
    expect(client.payloads('note').map((p) => Number(p.split(' ')[0]))).toEqual(numbers(400));
  });
});
