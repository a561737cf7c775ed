import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ApprovalApp, type Colleague, oneStep } from '../support/approval-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('Approvals over REST', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  let ada: Colleague;
  let fin1: Colleague;
  let fin2: Colleague;
  let eve: Colleague;
  let root: Colleague;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    [ada, fin1, fin2, eve, root] = (await Promise.all(
      ['ada', 'fin1', 'fin2', 'eve', 'root'].map((id) => app.as(id)),
    )) as [Colleague, Colleague, Colleague, Colleague, Colleague];
    await app.define(oneStep('check'));
    await app.define(
      oneStep(
        'strict',
        { assignees: [{ type: 'user', users: ['fin1'] }], editableFields: ['note'] },
        {
          formSchema: {
            type: 'object',
            required: ['amount'],
            properties: { amount: { type: 'number' }, note: { type: 'string' } },
          },
        },
      ),
    );
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  async function start(code = 'check', more: object = {}): Promise<string> {
    const { status, body } = await ada.post('/process-instances', { code, ...more });
    expect([status, body.detail]).toEqual([201, undefined]);
    return body.id as string;
  }

  describe('Definitions', () => {
    it('get all their faults with paths', async () => {
      const faulty = { code: 'Bad Code', name: '', nodes: [], edges: [], colour: 'red' };
      const { status, body } = await root.post('/processes', faulty);
      expect([status, body.code]).toEqual([422, 'invalid_definition']);
      const paths = (body.errors as { path: string }[]).map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(['code', 'name', 'nodes', 'edges', 'colour']));
    });

    it('need approval:define, and a code of their own', async () => {
      expect((await ada.post('/processes', oneStep('mine'))).body).toMatchObject({ status: 403, code: 'forbidden' });
      expect((await root.post('/processes', oneStep('check'))).body).toMatchObject({ status: 409, code: 'code_taken' });
    });

    it('are hidden and cannot start instances while they are drafts', async () => {
      const draft = await root.post('/processes', { ...oneStep('hidden'), publish: false });
      expect(draft.body).toMatchObject({ activeVersion: null, latestVersion: 1 });
      expect((await ada.get(`/processes/${draft.body.id}`)).status).toBe(404);
      expect((await ada.get(`/processes/${draft.body.id}/diagram`)).status).toBe(404);
      expect((await ada.post(`/processes/${draft.body.id}/simulate`)).status).toBe(404);
      expect((await ada.get('/processes?code=hidden')).body.items).toEqual([]);
      expect((await ada.post('/process-instances', { code: 'hidden' })).body.code).toBe('process_disabled');
      const published = await root.post(`/processes/${draft.body.id}/versions/1/publish`);
      expect(published.body).toMatchObject({ activeVersion: 1 });
      expect((await root.post(`/processes/${draft.body.id}/versions/1/publish`)).body.code).toBe('version_published');
      expect((await ada.get('/processes?code=hidden')).body.items).toHaveLength(1);
    });

    it('cannot start instances while they are disabled, and cannot be deleted before all instances have ended', async () => {
      const id = await app.define(oneStep('deletable'));
      await start('deletable');
      expect((await root.send('PATCH', `/processes/${id}/disable`)).body.enabled).toBe(false);
      expect((await ada.post('/process-instances', { code: 'deletable' })).body.code).toBe('process_disabled');
      expect((await root.send('DELETE', `/processes/${id}`)).body.code).toBe('has_active_instances');
      const [instance] = (await ada.get('/process-instances?code=deletable')).body.items;
      await root.post(`/process-instances/${instance.id}/cancel`, { reason: 'so that it can be deleted' });
      expect((await root.send('DELETE', `/processes/${id}`)).status).toBe(204);
      expect((await root.get(`/processes/${id}`)).status).toBe(404);
      expect((await ada.get(`/process-instances/${instance.id}`)).body.status).toBe('cancelled');
      await app.define(oneStep('deletable'));
    });

    it('refuse a change of a stale revision', async () => {
      const id = await app.define(oneStep('tagged'));
      const etag = (await root.get(`/processes/${id}`)).headers.get('etag') ?? '';
      expect((await root.send('PUT', `/processes/${id}`, oneStep('tagged'), { 'If-Match': etag })).status).toBe(200);
      const stale = await root.send('PUT', `/processes/${id}`, oneStep('tagged'), { 'If-Match': etag });
      expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    });

    it('cannot be changed in the database after they were published', async () => {
      const id = await app.define(oneStep('frozen'));
      const change = app.inTenant('acme', (manager) =>
        manager.query(
          `update herald.apv_definition_version set definition = '{}' where tenant_id = 'acme' and definition_id = $1`,
          [id],
        ),
      );
      await expect(change).rejects.toThrow(/was published and cannot be changed/);
    });

    it('simulate a form with the people who get its tasks', async () => {
      const id = (await root.get('/processes?code=strict')).body.items[0].id as string;
      const simulated = await ada.post(`/processes/${id}/simulate`, { formData: { amount: 5 } });
      expect(simulated.body.status).toBe('approved');
      const people = (simulated.body.steps as { people: { id: string }[] }[]).flatMap((step) => step.people);
      expect(people.map((person) => person.id)).toEqual(['fin1']);
      expect((await ada.post(`/processes/${id}/simulate`, { formData: {} })).body.code).toBe('invalid_form');
      expect((await ada.post(`/processes/${id}/simulate`, { formData: {}, applicantId: 'mia' })).status).toBe(403);
    });
  });

  describe('Instances', () => {
    it('accept the names of the legacy API and keep the types of a form', async () => {
      const id = (await root.get('/processes?code=strict')).body.items[0].id as string;
      const started = await ada.post('/process-instances/start', { process_def_id: id, form_data: { amount: 12.5 } });
      expect([started.status, started.body.formData]).toEqual([201, { amount: 12.5 }]);
    });

    it('refuse an invalid form field by field, and store nothing', async () => {
      const refused = await ada.post('/process-instances', {
        code: 'strict',
        title: 'refused',
        formData: { amount: 'x' },
      });
      expect(refused.body).toMatchObject({ status: 422, code: 'invalid_form', errors: [{ path: 'amount' }] });
      const { body } = await ada.get('/process-instances/my-applications?code=strict&limit=100');
      expect((body.items as { title: string }[]).filter(({ title }) => title === 'refused')).toEqual([]);
    });

    it('stay drafts until they are submitted', async () => {
      const id = await start('strict', { draft: true });
      expect((await ada.get(`/process-instances/${id}`)).body).toMatchObject({ status: 'draft', startedAt: null });
      expect((await ada.post(`/process-instances/${id}/submit`, {})).body.code).toBe('invalid_form');
      const submitted = await ada.post(`/process-instances/${id}/submit`, { formData: { amount: 1 } });
      expect(submitted.body).toMatchObject({ status: 'running', formData: { amount: 1 } });
      expect((await ada.post(`/process-instances/${id}/submit`, {})).body.code).toBe('invalid_transition');
    });

    it('have a business key that no other instance has until they end', async () => {
      const businessId = randomUUID();
      const id = await start('check', { businessType: 'order', businessId });
      const second = await ada.post('/process-instances', { code: 'check', businessType: 'order', businessId });
      expect([second.status, second.body.code]).toEqual([409, 'business_in_progress']);
      await ada.post(`/process-instances/${id}/withdraw`);
      const next = await start('check', { businessType: 'order', businessId });
      expect((await ada.get(`/process-instances/by-business/order/${businessId}`)).body.id).toBe(next);
    });

    it('are readable by people involved, forbidden to colleagues and unknown to other tenants', async () => {
      const id = await start();
      const stranger = await app.as('ada', { tenant: 'beta' });
      const admin = await app.as('root', { tenant: 'beta' });
      for (const path of ['', '/history', '/tasks', '/diagram', '/verify']) {
        expect([(await fin1.get(`/process-instances/${id}${path}`)).status, path]).toEqual([200, path]);
        expect((await eve.get(`/process-instances/${id}${path}`)).body).toMatchObject({
          status: 403,
          code: 'forbidden',
        });
        expect((await stranger.get(`/process-instances/${id}${path}`)).status).toBe(404);
        expect((await admin.get(`/process-instances/${id}${path}`)).status).toBe(404);
      }
      expect((await ada.get('/process-instances/not-an-id')).status).toBe(404);
      expect((await eve.get('/process-instances?limit=100')).body.items).toEqual([]);
    });

    it('can be read and commented by people on copy', async () => {
      const id = await start();
      expect((await eve.post(`/process-instances/${id}/comment`, { comment: 'me too' })).status).toBe(403);
      const copied = await ada.post(`/process-instances/${id}/cc`, { users: ['hanna'] });
      expect(copied.status).toBe(200);
      const hanna = await app.as('hanna');
      expect((await hanna.get('/approval-tasks/cc')).body.items[0].id).toBe(id);
      expect((await hanna.get('/notifications?state=unread')).body.items[0]).toMatchObject({ relatedId: id });
      expect((await hanna.post(`/process-instances/${id}/comment`, { comment: 'seen' })).status).toBe(200);
      const history = (await ada.get(`/process-instances/${id}/history?limit=100`)).body.items;
      expect(history.at(-1)).toMatchObject({ action: 'comment', actorId: 'hanna', comment: 'seen' });
      expect((await ada.post(`/process-instances/${id}/cc`, { users: ['ghost'] })).body.code).toBe('invalid_assignee');
    });

    it('start their second round after a return and a resubmission', async () => {
      const id = await start('strict', { formData: { amount: 1 } });
      const task = await fin1.task(id);
      const back = await fin1.post(`/approval-tasks/${task.id}/return`, { comment: 'which one?' });
      expect(back.body.instance).toMatchObject({ status: 'returned' });
      expect((await ada.get('/process-instances?status=pending&limit=100')).body.items[0].id).toBe(id);
      expect((await ada.get('/notifications?state=unread')).body.items[0]).toMatchObject({
        content: expect.stringContaining('which one?'),
        relatedId: id,
      });
      const again = await ada.post(`/process-instances/${id}/resubmit`, { formData: { amount: 2 } });
      expect(again.body).toMatchObject({ status: 'running', round: 2, formData: { amount: 2 } });
      expect((await fin1.task(id)).id).not.toBe(task.id);
    });

    it('are withdrawn by the applicant, or cancelled by an administrator with a reason', async () => {
      const withdrawn = await start();
      expect((await fin1.post(`/process-instances/${withdrawn}/withdraw`)).body.code).toBe('forbidden');
      const task = await fin1.task(withdrawn);
      expect((await ada.post(`/process-instances/${withdrawn}/withdraw`)).body.status).toBe('withdrawn');
      expect((await fin1.post(`/approval-tasks/${task.id}/approve`)).body.code).toBe('instance_closed');
      expect((await ada.post(`/process-instances/${withdrawn}/withdraw`)).body.code).toBe('instance_closed');
      const cancelled = await start();
      expect((await root.post(`/process-instances/${cancelled}/cancel`, {})).status).toBe(400);
      expect((await ada.post(`/process-instances/${cancelled}/cancel`, { reason: 'x' })).body.code).toBe('forbidden');
      const end = await root.post(`/process-instances/${cancelled}/cancel`, { reason: 'ordered twice' });
      expect(end.body.status).toBe('cancelled');
    });

    it('are listed page by page, each once', async () => {
      const ids = [];
      for (let i = 0; i < 5; i += 1) ids.unshift(await start('check', { businessType: 'page', businessId: `p${i}` }));
      const seen: string[] = [];
      let cursor = '';
      do {
        const { body } = await ada.get(`/process-instances?businessType=page&limit=2${cursor}`);
        seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
      } while (cursor !== '');
      expect(seen).toEqual(ids);
      expect((await ada.get('/process-instances?limit=101')).status).toBe(400);
      expect((await ada.get('/process-instances?cursor=nonsense')).status).toBe(400);
    });
  });

  describe('Tasks', () => {
    it('list the actions of the assignee, and for others the reason of each refusal', async () => {
      const id = await start('strict', { formData: { amount: 1 } });
      const task = await fin1.task(id);
      const own = await fin1.get(`/approval-tasks/${task.id}/actions`);
      expect(own.body).toMatchObject({ revision: task.revision, editableFields: ['note'] });
      expect((own.body.actions as { allowed: boolean }[]).every(({ allowed }) => allowed)).toBe(true);
      const others = await ada.get(`/approval-tasks/${task.id}/actions`);
      expect((others.body.actions as { code: string }[]).map(({ code }) => code)).toEqual(
        Array(5).fill('not_assignee'),
      );
      expect((await eve.get(`/approval-tasks/${task.id}/actions`)).status).toBe(403);
    });

    it('are decided once, by their assignee, and the second answer names who decided', async () => {
      const id = await start();
      const [one, two] = [await fin1.task(id), await fin2.task(id)];
      expect((await eve.post(`/approval-tasks/${one.id}/approve`)).body).toMatchObject({
        status: 403,
        code: 'not_assignee',
      });
      expect((await ada.post(`/approval-tasks/${one.id}/reject`)).body.code).toBe('not_assignee');
      expect((await fin1.post(`/approval-tasks/${one.id}/process`, { action: 'approve' })).status).toBe(200);
      expect((await fin2.post(`/approval-tasks/${two.id}/approve`)).body).toMatchObject({
        status: 409,
        code: 'already_decided',
        by: 'fin1',
        at: expect.any(String),
        action: 'approve',
      });
      expect((await fin1.get('/approval-tasks/done')).body.items[0]).toMatchObject({ id: one.id, status: 'approved' });
    });

    it('let the assignee change only the editable fields of the step', async () => {
      const id = await start('strict', { formData: { amount: 1 } });
      const { id: taskId } = await fin1.task(id);
      const locked = await fin1.post(`/approval-tasks/${taskId}/approve`, { formPatch: { amount: 2 } });
      expect(locked.body).toMatchObject({ status: 403, code: 'field_locked' });
      const open = await fin1.post(`/approval-tasks/${taskId}/approve`, { formPatch: { note: 'ok' } });
      expect(open.body.instance.formData).toEqual({ amount: 1, note: 'ok' });
    });

    it('can be transferred to an active colleague', async () => {
      const id = await start('strict', { formData: { amount: 1 } });
      const { id: taskId } = await fin1.task(id);
      const unknown = await fin1.post(`/approval-tasks/${taskId}/transfer`, { toUserId: 'ghost' });
      expect(unknown.body.code).toBe('invalid_assignee');
      const transferred = await fin1.post(`/approval-tasks/${taskId}/transfer`, {
        to_user_id: 'eve',
        comment: 'yours',
      });
      expect(transferred.body.task).toMatchObject({ status: 'transferred', comment: 'yours' });
      const taken = await eve.task(id);
      expect((await eve.get(`/approval-tasks/${taken.id}`)).body).toMatchObject({
        origin: 'transfer',
        status: 'pending',
      });
      expect(
        (await fin1.get('/notifications')).body.items.filter(
          (item: { relatedId: string }) => item.relatedId === taskId,
        ),
      ).toEqual([]);
    });

    it('are decided in a batch, each in its own transaction, and a repeated batch repeats no decision', async () => {
      const ids = await Promise.all([1, 2, 3].map(() => start('strict', { formData: { amount: 1 } })));
      const taskIds = await Promise.all(ids.map(async (id) => (await fin1.task(id)).id));
      await ada.post(`/process-instances/${ids[2]}/withdraw`);
      const body = { taskIds: [...taskIds, randomUUID()], action: 'approve' };
      const first = await fin1.post('/approval-tasks/batch-process', body, { 'Idempotency-Key': 'batch-1' });
      const codes = (answer: typeof first) => (answer.body.results as { code?: string }[]).map(({ code }) => code);
      expect([first.status, codes(first)]).toEqual([200, [undefined, undefined, 'instance_closed', 'not_found']]);
      const again = await fin1.post('/approval-tasks/batch-process', body, { 'Idempotency-Key': 'batch-1' });
      expect(codes(again)).toEqual(codes(first));
      expect(codes(await fin1.post('/approval-tasks/batch-process', body))[0]).toBe('already_decided');
    });

    it('answer 503 busy with Retry-After when the instance stays locked', async () => {
      const id = await start();
      const { id: taskId } = await fin1.task(id);
      await app.inTenant('acme', async (manager) => {
        await manager.query('select 1 from herald.apv_instance where id = $1 for update', [id]);
        const busy = await fin1.post(`/approval-tasks/${taskId}/approve`);
        expect([busy.status, busy.body.code, busy.headers.get('retry-after')]).toEqual([503, 'busy', '1']);
      });
      expect((await fin1.post(`/approval-tasks/${taskId}/approve`)).status).toBe(200);
    });
  });

  describe('Topics', () => {
    it('of an instance are open to participants and administrators, and carry its changes', async () => {
      const id = await start();
      const topic = `approval:process:${id}`;
      const watcher = await root.stream([topic]);
      await ada.stream([topic, 'approval:pending']);
      const { id: taskId } = await fin1.task(id);
      await fin1.stream([`approval:task:${taskId}`]);
      await fin1.post(`/approval-tasks/${taskId}/approve`);
      const legacy = await watcher.until(({ event }) => event === 'approval:status_changed');
      expect(Object.keys(JSON.parse(legacy.data)).sort()).toEqual(['status', 'task_id', 'updated_at']);
      await watcher.until(({ event, data }) => event === 'approval.instance.updated' && data.includes('approved'));
    });

    it('are forbidden to other people of this tenant and of another', async () => {
      const id = await start();
      const { id: taskId } = await fin1.task(id);
      const others = [eve, await app.as('ada', { tenant: 'beta' }), await app.as('root', { tenant: 'beta' })];
      for (const topic of [`approval:process:${id}`, `approval:task:${taskId}`]) {
        for (const other of others) {
          const refused = await other.get(`/sse/stream?topics=${topic}`);
          expect([refused.status, refused.body.code]).toEqual([403, 'topic_forbidden']);
        }
      }
    });
  });

  describe('History', () => {
    it('names the row that was changed', async () => {
      const id = await start();
      await fin1.post(`/approval-tasks/${(await fin1.task(id)).id}/approve`, { comment: 'agreed' });
      expect((await ada.get(`/process-instances/${id}/verify`)).body).toMatchObject({ ok: true });
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(
        `update herald.apv_action set comment = 'refused' where instance_id = $1 and comment = 'agreed'`,
        [id],
      );
      const { rows } = await client.query(
        'select n from herald.apv_action where instance_id = $1 and comment is not null',
        [id],
      );
      await client.end();
      expect((await ada.get(`/process-instances/${id}/verify`)).body).toEqual({
        ok: false,
        n: rows[0].n,
        fault: 'text',
      });
    });

    it('verifies after a person was erased, and finds a missing last row', async () => {
      const id = await start();
      await fin1.post(`/approval-tasks/${(await fin1.task(id)).id}/approve`, { comment: 'a personal remark' });
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(
        `update herald.apv_action set comment = null, diff = null, ip = null, user_agent = null, salt = null
          where instance_id = $1 and actor_id = 'fin1'`,
        [id],
      );
      expect((await ada.get(`/process-instances/${id}/verify`)).body.ok).toBe(true);
      await client.query(
        'delete from herald.apv_action a where instance_id = $1 and n = (select max(n) from herald.apv_action where instance_id = $1)',
        [id],
      );
      await client.end();
      expect((await ada.get(`/process-instances/${id}/verify`)).body).toMatchObject({ ok: false, fault: 'end' });
    });

    it('cannot be changed or deleted by the application', async () => {
      for (const sql of ['update herald.apv_action set comment = null', 'delete from herald.apv_action']) {
        await expect(app.inTenant('acme', (manager) => manager.query(sql))).rejects.toThrow(/permission denied/);
      }
    });
  });

  describe('Hooks', () => {
    it('write in the same transaction, and roll everything back when they throw', async () => {
      const seen: string[] = [];
      let fails = true;
      const off = app.hooks.on('strict', {
        onStarted: ({ instance }) => void seen.push(`started ${instance.status}`),
        onApproved: async ({ manager, instance }) => {
          await manager.query('select 1 from herald.apv_instance where id = $1', [instance.id]);
          if (fails) throw new Error('the host refuses');
          seen.push(`approved ${instance.status}`);
        },
      });
      const id = await start('strict', { formData: { amount: 1 } });
      const task = await fin1.task(id);
      const stream = await ada.stream();
      const failed = await fin1.post(`/approval-tasks/${task.id}/approve`);
      expect(failed.status).toBe(500);
      expect((await ada.get(`/process-instances/${id}`)).body.status).toBe('running');
      expect((await fin1.task(id)).revision).toBe(task.revision);
      fails = false;
      expect((await fin1.post(`/approval-tasks/${task.id}/approve`)).status).toBe(200);
      off();
      await stream.until(({ event, data }) => event === 'approval.instance.updated' && data.includes('approved'));
      expect(stream.of('approval.instance.updated')).toHaveLength(1);
      expect(seen).toEqual(['started running', 'approved approved']);
    });
  });

  describe('The services, called by a host', () => {
    it('name the call that was made without a transaction or in one of another tenant', async () => {
      const caller = { tenantId: 'acme', userId: 'ada', manages: false };
      const idle = app.dataSource.manager;
      await expect(app.instances.withdraw(idle, caller, 'x')).rejects.toMatchObject({
        code: 'ERR_SSE_NO_TRANSACTION',
        message: expect.stringMatching(/^InstancesService\.withdraw joins/),
      });
      await expect(app.instances.execute(idle, caller, 'x', { type: 'withdraw' })).rejects.toThrow(
        /^InstancesService\.execute joins/,
      );
      const cancelled = app.inTenant('beta', (manager) => app.instances.cancel(manager, caller, 'x', 'no need'));
      await expect(cancelled).rejects.toMatchObject({
        code: 'ERR_SSE_TENANT_MISMATCH',
        message: expect.stringMatching(/^InstancesService\.cancel was called/),
      });
    });
  });
});
