import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, sendRaw } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describe('HTTP of the service', () => {
  let database: TestDatabase;
  let service: Service;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      CORS_ORIGINS: 'https://erp.example.com',
      METRICS_TOKEN: 'metrics-canary-0123456789',
      TRUST_PROXY: '1',
    });
    token = await signToken({ tenant: 'acme', user: 'acme.buyer' });
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  it('answers liveness and readiness', async () => {
    const health = await call(`${service.url}/health`);
    expect([health.status, health.body]).toEqual([200, { status: 'ok' }]);
    const ready = await call(`${service.url}/ready`);
    expect([ready.status, ready.body]).toEqual([
      200,
      {
        status: 'ok',
        checks: { database: 'ok', migrations: 'ok', sequencer: 'ok', backplane: 'ok', draining: false },
      },
    ]);
  });

  it.each([
    ['an unknown path', 404, 'not_found', '/api/v1/nothing', {}],
    ['a broken percent-encoding', 400, 'invalid_request', '/api/v1/notifications/%E0%A4%A', {}],
    ['a wrong method', 405, 'method_not_allowed', '/health', { method: 'DELETE' }],
    ['a body that is not JSON', 400, 'invalid_request', '/api/v1/demo/sign-in', { body: '{"userId":' }],
    ['a body of 2 MiB', 413, 'payload_too_large', '/api/v1/demo/sign-in', { body: { userId: 'x'.repeat(2 << 20) } }],
    ['a request target of 13 KiB', 414, 'uri_too_long', `/health?q=${'x'.repeat(13 * 1024)}`, {}],
    ['an unknown field', 400, 'invalid_request', '/api/v1/demo/sign-in', { body: { userId: 'a', x: 1 } }],
    ['an unknown demo person', 404, 'not_found', '/api/v1/demo/sign-in', { body: { userId: 'acme.unknown' } }],
    ['no token', 401, 'missing_token', '/api/v1/sse/stats', {}],
  ] as const)('refuses %s with a problem document', async (_what, status, code, path, options) => {
    const answer = await call(service.url + path, options);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: 'about:blank', status, code, title: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.body.requestId).not.toBe('');
    expect(JSON.stringify(answer.body)).not.toMatch(/\\n\s+at |node_modules|SELECT/);
  });

  it('lists the allowed methods', async () => {
    const answer = await call(`${service.url}/api/v1/demo/sign-in`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('states the length of a refusal', async () => {
    const { text } = await sendRaw(service.url, 'GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^Content-Length: ${Buffer.byteLength(body)}$`, 'm'));
    expect(JSON.parse(body)).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('keeps a plain request id of a proxy, and replaces one that could forge a log line', async () => {
    const kept = await call(`${service.url}/health`, { headers: { 'X-Request-Id': 'edge-7f3a.0042' } });
    expect(kept.headers.get('x-request-id')).toBe('edge-7f3a.0042');
    const replaced = await call(`${service.url}/health`, { headers: { 'X-Request-Id': 'a forged "id"' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers text that is not HTTP, and headers of 20 KiB, with a problem document too', async () => {
    const nonsense = await sendRaw(service.url, 'HELLO\r\n\r\n');
    expect(nonsense.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"invalid_request"/);
    const long = await sendRaw(service.url, `GET /health HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20 * 1024)}\r\n\r\n`);
    expect(long.text).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/);
  });

  it('closes the connection of an incomplete request', async () => {
    const answers = await Promise.all([
      sendRaw(service.url, 'GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: '),
      sendRaw(
        service.url,
        'POST /api/v1/demo/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      ),
    ]);
    for (const { text, elapsedMs } of answers) {
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(elapsedMs).toBeLessThan(20_000);
    }
  });

  it('does not reveal its software, and allows no other page to frame or script it', async () => {
    const { headers } = await call(`${service.url}/health`);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it.each([
    ['the allowed origin', 'https://erp.example.com', 'https://erp.example.com'],
    ['a suffix of it', 'https://erp.example.com.evil.example', null],
    ['a prefix of it', 'https://evil-erp.example.com', null],
    ['null', 'null', null],
  ])('answers a page of %s', async (_what, origin, allowed) => {
    const preflight = await call(`${service.url}/api/v1/sse/stats`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(allowed);
    const answer = await call(`${service.url}/health`, { headers: { Origin: origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  it('serves the metrics only with the monitoring token or the permission', async () => {
    const metrics = `${service.url}/metrics`;
    const admin = await signToken({ tenant: 'acme', user: 'ops', permissions: ['metrics:read'] });
    expect((await call(metrics)).status).toBe(401);
    expect((await call(metrics, { token })).status).toBe(401);
    expect((await call(metrics, { token: 'metrics-canary-012345678' })).status).toBe(401);
    expect((await call(metrics, { token: admin })).status).toBe(200);
    const answer = await call(metrics, { token: 'metrics-canary-0123456789' });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    for (const name of [
      'sse_active_connections_total',
      'sse_messages_sent_total',
      'sse_messages_dropped_total',
      'sse_client_connect_total',
      'sse_client_disconnect_total',
    ]) {
      expect(answer.body).toMatch(new RegExp(`^${name} \\d+$`, 'm'));
    }
  });

  it('signs a demo person in, for programs and for pages, and out again', async () => {
    const people = await call(`${service.url}/api/v1/demo/people`);
    expect(people.body.tenants.map((tenant: { id: string }) => tenant.id)).toEqual(['acme', 'beta']);
    const signedIn = await call(`${service.url}/api/v1/demo/sign-in`, {
      body: { userId: 'beta.admin', tenant_id: 'acme', tenantId: 'acme' },
    });
    expect(signedIn.body.user).toMatchObject({ id: 'beta.admin', tenantId: 'beta', roles: ['admin'] });
    const cookie = signedIn.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^herald_session=[^;]+; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    const stats = await call(`${service.url}/api/v1/sse/stats`, { token: signedIn.body.accessToken });
    expect([stats.status, stats.body.tenantId]).toEqual([200, 'beta']);
    const byCookie = await call(`${service.url}/debug/sse-stats`, { headers: { Cookie: cookie.split(';')[0] ?? '' } });
    expect([byCookie.status, byCookie.body.tenantId]).toEqual([200, 'beta']);
    const out = await call(`${service.url}/api/v1/demo/sign-out`, { method: 'POST' });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^herald_session=; Path=\/; Expires=Thu, 01 Jan 1970/),
    ]);
  });

  it('marks the cookie Secure behind a trusted proxy that ends TLS', async () => {
    const body = { userId: 'acme.buyer' };
    const headers = { 'X-Forwarded-Proto': 'https' };
    const proxied = await call(`${service.url}/api/v1/demo/sign-in`, { body, headers });
    expect(proxied.headers.get('set-cookie')).toMatch(/; Secure/);
  });

  it('serves the pages from its own disk, cached for ever where the name contains a hash of the content', async () => {
    const page = await call(service.url);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const assets = [...String(page.body).matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+)"/g)].map((match) => match[1]);
    expect(assets.length).toBeGreaterThan(0);
    for (const asset of assets) {
      const file = await call(`${service.url}/${asset}`);
      expect([asset, file.status, file.headers.get('cache-control')]).toEqual([
        asset,
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const etag = page.headers.get('etag') ?? '';
    // Not with fetch, which adds Cache-Control: no-cache to a conditional request.
    const again = await sendRaw(
      service.url,
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: ${etag}\r\n\r\n`,
    );
    expect(again.text).toMatch(/^HTTP\/1\.1 304 /);
    expect((await call(`${service.url}/..%2f..%2fpackage.json`)).status).toBe(404);
  });
});
