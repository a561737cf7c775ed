import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ApprovalApp, oneStep, type Colleague } from '../support/approval-app.js';
import type { StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The names and statuses of the task events that a stream received, in order. */
const received = (stream: StreamReader, taskId?: string): readonly (readonly [string, string])[] =>
  stream
    .events()
    .filter(({ event, data }) => event.startsWith('approval.task.') && (taskId === undefined || data.includes(taskId)))
    .map(({ event, data }) => [event.slice('approval.task.'.length), JSON.parse(data).status as string] as const);

describe('Topics of approvals', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  const people = new Map<string, Colleague>();
  const as = (id: string): Colleague => people.get(id) as Colleague;
  let markers = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    for (const id of ['ada', 'ben', 'fin1', 'fin2', 'fin3', 'root']) people.set(id, await app.as(id));
    const assignees = [{ type: 'user', users: ['fin1', 'fin2'] }];
    await app.define(oneStep('topics', { mode: 'all', assignees, editableFields: ['note'], dueHours: 24 }));
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  const start = async (): Promise<string> => {
    const { body } = await as('ada').post('/process-instances', { code: 'topics', formData: { note: 'draft' } });
    return body.id as string;
  };

  /** Waits until the streams have received everything that was committed before. */
  async function caughtUp(...streams: readonly StreamReader[]): Promise<void> {
    const title = `marker ${++markers}`;
    await as('root').post('/notifications', { to: { tenant: true }, title });
    await Promise.all(streams.map((stream) => stream.until(({ data }) => data.includes(title))));
  }

  it('`approval:task:<id>` carries the changes of that task, only to people who may follow it', async () => {
    const id = await start();
    const [mine, other] = [await as('fin1').task(id), await as('fin2').task(id)];
    const manager = await as('root').stream([`approval:task:${mine.id}`]);
    const applicant = await as('ada').stream([`approval:process:${id}`]);
    const stranger = await as('ben').stream();
    const colleague = await as('fin2').stream([`approval:task:${other.id}`]);
    await as('fin1').post(`/approval-tasks/${mine.id}/delegate`, { toUserId: 'fin3' });
    await as('fin1').post(`/approval-tasks/${mine.id}/resolve`);
    await as('fin2').post(`/approval-tasks/${other.id}/approve`, { formPatch: { note: 'checked' } });
    await as('fin1').post(`/approval-tasks/${mine.id}/approve`);
    await caughtUp(manager, applicant, stranger, colleague);
    expect(received(manager)).toEqual([
      ['updated', 'delegated'],
      ['updated', 'pending'],
      // The other assignee changed the form.
      ['updated', 'pending'],
      ['closed', 'approved'],
    ]);
    expect(received(applicant)).toEqual([]);
    expect(received(stranger)).toEqual([]);
    expect(received(colleague, mine.id)).toEqual([]);
    // The legacy event goes to the topic of the process.
    expect(manager.of('approval:status_changed')).toEqual([]);
    expect(applicant.of('approval:status_changed').length).toBeGreaterThan(0);
  });

  it('`approval:pending` gives each follower their own task events once, and no others', async () => {
    const streams = await Promise.all(['fin1', 'fin2', 'ben'].map((user) => as(user).stream(['approval:pending'])));
    const [fin1, fin2, ben] = streams as [StreamReader, StreamReader, StreamReader];
    const id = await start();
    const [one, two] = [await as('fin1').task(id), await as('fin2').task(id)];
    await as('fin1').post(`/approval-tasks/${one.id}/approve`);
    await caughtUp(...streams);
    expect(received(fin1)).toEqual([
      ['created', 'pending'],
      ['closed', 'approved'],
    ]);
    expect(received(fin2)).toEqual([['created', 'pending']]);
    expect(received(fin2, two.id)).toHaveLength(1);
    expect(received(ben)).toEqual([]);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(`select 1 from sse.event_log where audience like 'topic:approval:pending%'`);
    await client.end();
    expect(rows).toEqual([]);
  });

  it('and inboxes inform the owner and the delegate of a delegated task', async () => {
    const [owner, delegate] = [await as('fin1').stream(), await as('fin3').stream()];
    const id = await start();
    const { id: taskId } = await as('fin1').task(id);
    const asked = async (user: string): Promise<number> => {
      const { body } = await as(user).get('/notifications?relatedType=approval_task&limit=100');
      return (body.items as { data: { instanceId: string } }[]).filter(({ data }) => data.instanceId === id).length;
    };
    const delegation = await as('fin1').post(`/approval-tasks/${taskId}/delegate`, {
      delegate_to_id: 'fin3',
      comment: 'you?',
    });
    expect(delegation.body.task).toMatchObject({ id: taskId, status: 'delegated', assigneeId: 'fin1' });
    expect([await asked('fin1'), await asked('fin3')]).toEqual([0, 1]);
    const prepared = await as('fin3').task(id);
    expect((await as('fin3').get(`/approval-tasks/${prepared.id}`)).body).toMatchObject({
      origin: 'delegate',
      dueAt: expect.any(String),
    });
    expect((await as('fin3').post(`/approval-tasks/${prepared.id}/approve`)).body.code).toBe('invalid_transition');
    const back = await as('fin3').post(`/approval-tasks/${prepared.id}/resolve`, { comment: 'it is right' });
    expect(back.body.task).toMatchObject({ status: 'resolved', comment: 'it is right' });
    expect([await asked('fin1'), await asked('fin3')]).toEqual([1, 0]);
    await caughtUp(owner, delegate);
    expect(received(owner, taskId)).toEqual([
      ['created', 'pending'],
      ['updated', 'delegated'],
      ['updated', 'pending'],
    ]);
    expect(received(delegate, prepared.id)).toEqual([
      ['created', 'pending'],
      ['closed', 'resolved'],
    ]);
    // A former assignee stays a participant.
    expect((await as('fin3').get(`/process-instances/${id}`)).status).toBe(200);
    expect((await as('fin3').get('/approval-tasks/done')).body.items[0]).toMatchObject({ id: prepared.id });
    expect((await as('ada').get(`/process-instances/${id}/verify`)).body.ok).toBe(true);
  });
});
