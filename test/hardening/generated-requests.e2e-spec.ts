import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'node:http';
import { serviceOperations } from '../../src/openapi/all-operations.js';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { until } from '../support/until.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { type GeneratedRequest, generateRequests, type RequestMaterial } from './generated-requests.js';

/** `GENERATED_REQUESTS=1000000 npm test -- generated-requests` is the long form; `SEED` repeats a run. */
const COUNT = Number(
  process.env['GENERATED_REQUESTS'] ?? (process.env['HERALD_TEST_PROFILE'] === 'full' ? 20_000 : 3_000),
);
const SEED = Number(process.env['SEED'] ?? 20_261_121);
const BATCH = 500;
const AT_ONCE = 8;
/** An accepted poll or stream is closed after this time. */
const LEAVE_AFTER_MS = 300;

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

describe('generated requests', () => {
  let database: TestDatabase;
  let service: Service;
  let material: RequestMaterial;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
      LOG_LEVEL: 'error',
    });
    material = await prepare(service.url);
  }, 60_000);
  afterAll(async () => {
    agent.destroy();
    await service?.stop();
    await database?.drop();
  });

  it(
    `${COUNT} of them, seed ${SEED}: no crash, no status of 500 or more, nothing of the inside in an answer`,
    async () => {
      const statuses = new Map<number, number>();
      /** One example of each kind. */
      const faults = new Map<string, unknown>();
      for (let done = 0; done < COUNT; done += BATCH) {
        const requests = generateRequests(material, SEED + done, Math.min(BATCH, COUNT - done));
        const queue = requests.values();
        const work = async (): Promise<void> => {
          for (const one of queue) {
            const answer = await send(service.url, agent, one);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            // Readiness may fail: on a busy machine the database misses the two seconds of a check.
            if (one.operationId === 'health.ready' && answer.status === 503) continue;
            const fault = faultOf(answer);
            if (fault !== null) faults.set(`${one.operationId}: ${fault}`, { one, answer });
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
      }
      if (process.env['GENERATED_REQUESTS'] !== undefined) {
        const counted = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
        process.stdout.write(`Answers by status (0 = left early): ${counted.join(', ')}\n`);
      }
      expect([...faults].map(([fault, example]) => `${fault} ${JSON.stringify(example)}`)).toEqual([]);
      // Requests that all fail the first check would prove little.
      expect([200, 201, 400, 401, 403, 404].filter((status) => !statuses.has(status))).toEqual([]);
      expect((await call(`${service.url}/health`)).status).toBe(200);
      await until('it is ready', async () => (await call(`${service.url}/ready`)).status === 200);
      expect(service.output()).not.toMatch(/unhandled|uncaught|\n {4}at /i);
    },
    60_000 + COUNT * 20,
  );
});

/** Signs in users of two tenants, and creates a few resources. */
async function prepare(url: string): Promise<RequestMaterial> {
  const tokens = await Promise.all([
    signToken({ tenant: 'acme', user: 'admin', roles: ['admin'] }),
    signToken({ tenant: 'acme', user: 'ann', permissions: ['notification:send', 'sse:send'], topics: ['**'] }),
    signToken({ tenant: 'beta', user: 'bob' }),
    signToken({ tenant: 'beta', user: 'platform', permissions: ['platform:admin', 'metrics:read'] }),
  ]);
  const ids = ['ann', 'bob', 'admin'];
  for (const title of ['one', 'two', 'three']) {
    const sent = await call(`${url}/api/v1/notifications`, {
      token: tokens[0] as string,
      body: { to: { users: ['ann', 'admin'] }, title },
    });
    ids.push(sent.body.id as string);
  }
  return { operations: serviceOperations({ demo: true }).flatMap(({ operations }) => operations), tokens, ids };
}

function send(url: string, agent: Agent, { method, path, headers, body }: GeneratedRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, agent, headers }, (response) => {
      const type = response.headers['content-type'] ?? '';
      let text = '';
      const settle = (): void => resolve({ status: response.statusCode ?? 0, type, body: text });
      response.setEncoding('utf8').on('data', (part: string) => (text += text.length < 10_000 ? part : ''));
      response.once('close', settle);
      // A broken connection is fine; the test checks at its end that the service is alive.
      response.on('error', settle);
      if (type.startsWith('text/event-stream')) setTimeout(() => outgoing.destroy(), LEAVE_AFTER_MS / 10);
    });
    outgoing.setTimeout(LEAVE_AFTER_MS, () => {
      if (path.startsWith('/api/v1/sse/poll')) outgoing.destroy();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve({ status: 0, type: '', body: '' });
      else if (path.startsWith('/api/v1/sse/')) resolve({ status: 0, type: '', body: '' });
      else reject(error);
    });
    outgoing.end(body ?? undefined);
  });
}

function faultOf({ status, type, body }: Answered): string | null {
  if (status >= 500) return `status ${status}`;
  if (status >= 400 && !type.startsWith('application/problem+json')) return `a refusal that is no problem document`;
  if (/\n\s+at |node_modules|SELECT |INSERT INTO/.test(status >= 400 ? body : ''))
    return 'the inside shows in an answer';
  return null;
}
