import { describe, expect, it } from '@jest/globals';
import { call } from '../support/http.js';
import { ownApproval } from '../support/own-approval.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream } from '../support/stream-reader.js';
import { createTestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describe('kill -9 after a decision', () => {
  it('keeps the decision and delivers its events to the applicant once after the restart', async () => {
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, DEMO: 'false' };
    const token = await signToken({ tenant: 'acme', user: 'boss', roles: ['admin'] });
    let service: Service | undefined;
    try {
      service = await startService(env);
      const own = await ownApproval({ url: service.url, token, users: ['boss'] });
      const before = await openStream(service.url, { token });
      await before.until(({ event }) => event === 'cursor' || event === 'connected');
      const after = before.position();
      const decided = await call(`${service.url}/api/v1/approval-tasks/${own.taskId}/approve`, { token, body: {} });
      expect(decided.body.instance.status).toBe('approved');
      await service.kill();
      await before.close();

      service = await startService(env);
      const instance = await call(`${service.url}/api/v1/process-instances/${own.instanceId}`, { token });
      expect(instance.body.status).toBe('approved');
      const resumed = await openStream(service.url, { token, ...(after === undefined ? {} : { lastEventId: after }) });
      const isEnd = ({ event, data }: { event: string; data: string }): boolean =>
        event === 'approval.instance.updated' && data.includes(own.instanceId) && data.includes('"approved"');
      await resumed.until(isEnd, 20_000);
      const closed = resumed.of('approval.task.closed').filter(({ data }) => data.includes(own.taskId));
      expect([closed.length, resumed.events().filter(isEnd).length, resumed.of('resync').length]).toEqual([1, 1, 0]);
      // The engine continues from the database.
      const next = await ownApproval({ url: service.url, token, users: ['boss'] });
      const again = await call(`${service.url}/api/v1/approval-tasks/${next.taskId}/approve`, { token, body: {} });
      expect(again.status).toBe(200);
      await resumed.close();
    } finally {
      await service?.stop();
      await database.drop();
    }
  }, 120_000);
});
