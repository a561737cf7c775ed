import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ApprovalApp, oneNode, type Colleague } from '../support/approval-app.js';
import type { StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Names and statuses of the task events that a stream heard, in order. */
const heard = (stream: StreamReader, taskId?: string): readonly (readonly [string, string])[] =>
  stream
    .events()
    .filter(({ event, data }) => event.startsWith('approval.task.') && (taskId === undefined || data.includes(taskId)))
    .map(({ event, data }) => [event.slice('approval.task.'.length), JSON.parse(data).status as string] as const);

describe('the topics of approvals', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  const people = new Map<string, Colleague>();
  const as = (id: string): Colleague => people.get(id) as Colleague;
  let marks = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    for (const id of ['ada', 'ben', 'fin1', 'fin2', 'fin3', 'root']) people.set(id, await app.as(id));
    const assignees = [{ type: 'user', users: ['fin1', 'fin2'] }];
    await app.define(oneNode('topics', { mode: 'all', assignees, editableFields: ['note'], dueHours: 24 }));
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  const start = async (): Promise<string> => {
    const { body } = await as('ada').post('/process-instances', { code: 'topics', formData: { note: 'draft' } });
    return body.id as string;
  };

  /** Whatever was committed before has passed all these streams when this returns. */
  async function passed(...streams: readonly StreamReader[]): Promise<void> {
    const title = `mark ${++marks}`;
    await as('root').post('/notifications', { to: { tenant: true }, title });
    await Promise.all(streams.map((stream) => stream.until(({ data }) => data.includes(title))));
  }

  it('`approval:task:<id>` carries what becomes of that task, to those who may follow it and to nobody else', async () => {
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
    await passed(manager, applicant, stranger, colleague);
    expect(heard(manager)).toEqual([
      ['updated', 'delegated'],
      ['updated', 'pending'],
      // The form was corrected by somebody else.
      ['updated', 'pending'],
      ['closed', 'approved'],
    ]);
    expect(heard(applicant)).toEqual([]);
    expect(heard(stranger)).toEqual([]);
    expect(heard(colleague, mine.id)).toEqual([]);
    // The legacy event belongs to the process' topic.
    expect(manager.of('approval:status_changed')).toEqual([]);
    expect(applicant.of('approval:status_changed').length).toBeGreaterThan(0);
  });

  it('`approval:pending` is one’s own tasks: each follower hears of theirs, once, and of nobody else’s', async () => {
    const streams = await Promise.all(['fin1', 'fin2', 'ben'].map((user) => as(user).stream(['approval:pending'])));
    const [fin1, fin2, ben] = streams as [StreamReader, StreamReader, StreamReader];
    const id = await start();
    const [one, two] = [await as('fin1').task(id), await as('fin2').task(id)];
    await as('fin1').post(`/approval-tasks/${one.id}/approve`);
    await passed(...streams);
    expect(heard(fin1)).toEqual([
      ['created', 'pending'],
      ['closed', 'approved'],
    ]);
    expect(heard(fin2)).toEqual([['created', 'pending']]);
    expect(heard(fin2, two.id)).toHaveLength(1);
    expect(heard(ben)).toEqual([]);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(`select 1 from sse.event_log where audience like 'topic:approval:pending%'`);
    await client.end();
    expect(rows).toEqual([]);
  });

  it('tell the owner and the delegate of a delegated task what they have to do, with their inboxes', async () => {
    const [owner, delegate] = [await as('fin1').stream(), await as('fin3').stream()];
    const id = await start();
    const { id: taskId } = await as('fin1').task(id);
    const asked = async (user: string): Promise<number> => {
      const { body } = await as(user).get('/notifications?relatedType=approval_task&limit=100');
      return (body.items as { data: { instanceId: string } }[]).filter(({ data }) => data.instanceId === id).length;
    };
    const given = await as('fin1').post(`/approval-tasks/${taskId}/delegate`, {
      delegate_to_id: 'fin3',
      comment: 'you?',
    });
    expect(given.body.task).toMatchObject({ id: taskId, status: 'delegated', assigneeId: 'fin1' });
    expect([await asked('fin1'), await asked('fin3')]).toEqual([0, 1]);
    const prepared = await as('fin3').task(id);
    expect((await as('fin3').get(`/approval-tasks/${prepared.id}`)).body).toMatchObject({
      origin: 'delegate',
      dueAt: expect.any(String),
    });
    expect((await as('fin3').post(`/approval-tasks/${prepared.id}/approve`)).body.code).toBe('invalid_transition');
    const back = await as('fin3').post(`/approval-tasks/${prepared.id}/resolve`, { comment: 'looks right' });
    expect(back.body.task).toMatchObject({ status: 'resolved', comment: 'looks right' });
    expect([await asked('fin1'), await asked('fin3')]).toEqual([1, 0]);
    await passed(owner, delegate);
    expect(heard(owner, taskId)).toEqual([
      ['created', 'pending'],
      ['updated', 'delegated'],
      ['updated', 'pending'],
    ]);
    expect(heard(delegate, prepared.id)).toEqual([
      ['created', 'pending'],
      ['closed', 'resolved'],
    ]);
    // Who had a task stays a participant.
    expect((await as('fin3').get(`/process-instances/${id}`)).status).toBe(200);
    expect((await as('fin3').get('/approval-tasks/done')).body.items[0]).toMatchObject({ id: prepared.id });
    expect((await as('ada').get(`/process-instances/${id}/verify`)).body.ok).toBe(true);
  });
});
