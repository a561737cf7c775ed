import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { READY_MADE_PROCESSES } from '@nest-herald/approvals';
import { ApprovalApp } from '../support/approval-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const FORM = { supplier: 'Gears Ltd', amount: 18_400 };

describe('Purchase order', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  let processId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    processId = await app.define(READY_MADE_PROCESSES['purchase-order']);
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  it('is approved by the manager and two of finance, and informs the people involved', async () => {
    const [ada, mia, fin1, fin2, fin3, eve] = await Promise.all(
      ['ada', 'mia', 'fin1', 'fin2', 'fin3', 'eve'].map((id) => app.as(id)),
    );
    const streams = {
      ada: await ada!.stream(),
      mia: await mia!.stream(),
      fin3: await fin3!.stream(),
      eve: await eve!.stream(),
    };
    const started = await ada!.post('/process-instances', {
      processId,
      title: 'Twelve gearboxes',
      businessType: 'purchase_order',
      businessId: '4711',
      formData: FORM,
    });
    expect([started.status, started.headers.get('etag')]).toEqual([201, `"${started.body.revision}"`]);
    expect(started.body).toMatchObject({
      processId,
      code: 'purchase-order',
      version: 1,
      title: 'Twelve gearboxes',
      status: 'running',
      applicantId: 'ada',
      applicantName: 'ada of acme',
      formData: FORM,
      currentNodes: [{ id: 'manager', name: 'Manager' }],
    });
    const { id } = started.body;

    const asked = await streams.mia.until(({ event }) => event === 'approval.task.created');
    expect(JSON.parse(asked.data)).toMatchObject({ instanceId: id, title: 'Twelve gearboxes', status: 'pending' });
    const inbox = await mia!.get('/notifications?state=unread');
    expect(inbox.body.items).toMatchObject([
      { type: 'approval', category: 'procurement', title: 'Twelve gearboxes', relatedType: 'approval_task' },
    ]);
    const counted = await streams.mia.until(
      ({ event, data }) => event === 'approval.tasks.count' && JSON.parse(data).pending === 1,
    );
    expect(JSON.parse(counted.data)).toMatchObject({ pending: 1, overdue: 0 });

    const managerTask = await mia!.task(id);
    const decided = await mia!.post(`/approval-tasks/${managerTask.id}/approve`, { comment: 'Fine' });
    expect(decided.status).toBe(200);
    expect(decided.body).toMatchObject({
      task: { status: 'approved', action: 'approve', by: 'mia', comment: 'Fine' },
      instance: { status: 'running', currentNodes: [{ id: 'finance' }] },
    });
    expect((await mia!.get('/notifications?state=inbox')).body.items).toEqual([]);

    for (const person of [fin1!, fin2!]) {
      const task = await person.task(id);
      expect((await person.post(`/approval-tasks/${task.id}/approve`)).status).toBe(200);
    }
    const end = await ada!.get(`/process-instances/${id}`);
    expect(end.body).toMatchObject({ status: 'approved', currentNodes: [], completedAt: expect.any(String) });

    // The third task of finance was skipped, and its notification left the inbox.
    const closed = await streams.fin3.until(({ event }) => event === 'approval.task.closed');
    expect(JSON.parse(closed.data)).toMatchObject({ status: 'skipped', by: 'fin2' });
    expect((await fin3!.get('/notifications?state=inbox')).body.items).toEqual([]);
    expect((await fin3!.get('/approval-tasks/my-tasks/count')).body).toEqual({ count: 0 });

    await streams.ada.until(
      ({ event, data }) => event === 'approval.instance.updated' && JSON.parse(data).status === 'approved',
    );
    const notified = await ada!.get('/notifications');
    expect(notified.body.items[0]).toMatchObject({ title: 'Twelve gearboxes', content: 'Approved.', relatedId: id });
    expect(
      streams.eve.events().filter(({ event }) => event.startsWith('approval') && event !== 'approval.tasks.count'),
    ).toEqual([]);

    const verified = await ada!.get(`/process-instances/${id}/verify`);
    expect(verified.body).toMatchObject({ ok: true });
  });
});
