import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

const METRICS_TOKEN = 'metrics-canary-9b7e';
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('Metrics, traces and logs of the service', () => {
  let database: TestDatabase;
  let service: Service;
  let rows: pg.Pool;
  const open: StreamReader[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    rows = new pg.Pool({ connectionString: database.url, max: 1 });
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      METRICS_TOKEN,
      LOG_LEVEL: 'verbose',
      SSE_CONNECTS_PER_MINUTE: '1',
      SSE_MAX_CONNECTIONS_PER_USER: '2',
    });
  });
  afterAll(async () => {
    await Promise.all(open.map((stream) => stream.close()));
    await service?.stop();
    await rows?.end();
    await database?.drop();
  });

  const scrape = async (): Promise<string> => {
    const answer = await call(`${service.url}/metrics`, { token: METRICS_TOKEN });
    expect(answer.status).toBe(200);
    return answer.body as string;
  };
  /** The value of one metric, labels included; null when there is no such line. */
  const figure = (text: string, line: string): number | null => {
    const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
    return found === undefined ? null : Number(found.slice(line.length + 1));
  };
  const connect = async (token: string, lastEventId?: string): Promise<StreamReader> => {
    const reader = await openStream(service.url, { token, ...(lastEventId === undefined ? {} : { lastEventId }) });
    open.push(reader);
    await reader.until(({ event }) => event === 'connected');
    return reader;
  };
  const send = (token: string, data: string, more: Readonly<Record<string, unknown>> = {}, headers = {}) =>
    call(`${service.url}/api/v1/sse/send`, {
      token,
      headers,
      body: { target: { user: 'watcher' }, event: 'noted', data, ...more },
    });

  it('count published, sent, replayed and refused events, and the time from commit to the socket', async () => {
    const watcher = await signToken({ tenant: 'acme', user: 'watcher' });
    const sender = await signToken({ tenant: 'acme', user: 'sender', permissions: ['sse:send'] });
    const first = await connect(watcher);
    const before = first.position();
    await send(sender, 'one');
    await send(sender, 'two');
    await send(sender, 'tick', { durable: false });
    await first.until(({ data }) => data === 'two');
    await first.until(({ data }) => data === 'tick');
    const again = await connect(watcher, before);
    await again.until(({ data }) => data === 'two');
    // The third stream of the user is over the limit.
    expect((await call(`${service.url}/api/v1/sse/stream`, { token: watcher })).status).toBe(429);

    const text = await scrape();
    expect(figure(text, 'sse_published_total{kind="durable"}')).toBe(2);
    expect(figure(text, 'sse_published_total{kind="ephemeral"}')).toBe(1);
    // Two replayed and three live events; events with the counts of the inbox are added.
    expect(figure(text, 'sse_messages_sent_total')).toBeGreaterThanOrEqual(5);
    expect(figure(text, 'sse_replays_total')).toBe(1);
    expect(figure(text, 'sse_replayed_messages_total')).toBe(2);
    expect(figure(text, 'sse_refused_total{code="connection_limit"}')).toBe(1);
    expect(figure(text, 'sse_active_connections_total')).toBe(2);
    expect(figure(text, 'sse_client_connect_total')).toBe(2);
    expect(figure(text, 'sse_commit_to_wire_seconds_count')).toBe(2);
    expect(figure(text, 'sse_commit_to_wire_seconds_bucket{le="+Inf"}')).toBe(2);
    expect(figure(text, 'sse_commit_to_wire_seconds_sum')).toBeGreaterThan(0);
    expect(figure(text, 'sse_backplane_connected')).toBe(1);
    expect(figure(text, 'sse_outbox_waiting')).toBe(0);
    expect(figure(text, 'sse_sequencer_lag_seconds')).toBe(0);
    for (const name of ['client_disconnect', 'messages_dropped', 'slow_consumers', 'resyncs']) {
      expect(figure(text, `sse_${name}_total`)).toBe(0);
    }
    for (const name of ['sse_queued_bytes', 'sse_queued_connections', 'sse_longest_queue_bytes']) {
      expect(figure(text, name)).not.toBeNull();
    }
  });

  it('show an event that waits to be sequenced, and for how long', async () => {
    // For an hour, the lease of this shard belongs to a server that does not exist.
    await rows.query("UPDATE sse.lease SET owner = 'gone', term = term + 1, until = now() + interval '1 hour'");
    try {
      const sender = await signToken({ tenant: 'acme', user: 'sender', permissions: ['sse:send'] });
      await send(sender, 'it waits');
      const text = await scrape();
      expect(figure(text, 'sse_outbox_waiting')).toBe(1);
      expect(figure(text, 'sse_sequencer_lag_seconds')).toBeGreaterThan(0);
    } finally {
      await rows.query('UPDATE sse.lease SET until = now()');
    }
  });

  it('keep the trace of a request with the events that it published, and ignore a forged one', async () => {
    const sender = await signToken({ tenant: 'trace', user: 'sender', permissions: ['sse:send'] });
    const stream = await connect(await signToken({ tenant: 'trace', user: 'watcher' }));
    await send(sender, 'traced', {}, { traceparent: TRACEPARENT });
    await send(sender, 'forged', {}, { traceparent: '00-nothing-nowhere-01' });
    await stream.until(({ data }) => data === 'forged');
    const { rows: logged } = await rows.query<{ payload: string; traceparent: string | null }>(
      "SELECT payload, traceparent FROM sse.event_log WHERE tenant_id = 'trace' ORDER BY seq",
    );
    expect(logged).toEqual([
      { payload: 'traced', traceparent: TRACEPARENT },
      { payload: 'forged', traceparent: null },
    ]);
    expect(stream.raw()).not.toContain('4bf92f35');
  });

  it('are hidden from users without permission', async () => {
    const person = await signToken({ tenant: 'acme', user: 'curious', permissions: ['sse:send'] });
    for (const path of ['/metrics', '/debug/sse-stats', '/api/v1/sse/stats', '/api/v1/sse/online-users']) {
      expect([path, (await call(service.url + path)).status]).toEqual([path, 401]);
      const answer = await call(service.url + path, { token: person });
      expect([path, answer.status]).toEqual([path, path === '/metrics' ? 401 : 403]);
      expect(JSON.stringify(answer.body)).not.toMatch(/sse_active|totalConnections|watcher/);
    }
  });

  it('name no user, tenant or payload in the metrics', async () => {
    const text = await scrape();
    expect(text).toContain('sse_active_connections_total');
    expect(text).not.toMatch(/acme|watcher|sender|noted|it waits/);
  });

  it('write no secret and no payload to the log, even at the level verbose', async () => {
    const canary = 'canary-3c1f';
    const token = await signToken({ tenant: 'acme', user: 'teller', permissions: ['sse:send', 'notification:send'] });
    const ticket = (await call(`${service.url}/api/v1/sse/tickets`, { token, method: 'POST' })).body.ticket as string;
    const opened = [
      await fetch(`${service.url}/api/v1/sse/stream?ticket=${ticket}`),
      await fetch(`${service.url}/api/v1/sse/stream`, { headers: { cookie: `herald_session=${token}` } }),
    ];
    for (const { status, body } of opened) {
      expect(status).toBe(200);
      await body?.cancel();
    }
    expect((await call(`${service.url}/api/v1/sse/stream?ticket=${ticket}`)).status).toBe(401);
    const signed = await call(`${service.url}/api/v1/demo/sign-in`, { body: { userId: 'acme.buyer' } });
    for (const durable of [true, false]) expect((await send(token, canary, { durable })).status).toBe(202);
    await call(`${service.url}/api/v1/notifications`, {
      token,
      body: { to: { users: ['watcher'] }, title: canary, content: canary, data: { canary } },
    });
    await call(`${service.url}/api/v1/sse/send`, { token, body: { target: { user: canary, nonsense: canary } } });
    await call(`${service.url}/api/v1/sse/stream`, { headers: { authorization: `Bearer ${token}${canary}` } });

    const { output } = await service.stop();
    expect(output).toContain('Nest Herald ready on');
    const password = new URL(database.url).password;
    const secrets = [token, ticket, canary, METRICS_TOKEN, TEST_JWT_SECRET, signed.body.accessToken as string];
    for (const secret of [...secrets, ...(password === '' ? [] : [password])]) {
      expect(secret.length).toBeGreaterThan(3);
      expect(output).not.toContain(secret);
      // The signature or the claims alone must not appear either.
      for (const part of secret.split('.').filter((text) => text.length > 20)) expect(output).not.toContain(part);
    }
  });
});
