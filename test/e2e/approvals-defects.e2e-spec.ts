import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  LegacyApprovals,
  type ApprovalSystem,
  type ProcessName,
  type SentNotification,
} from '../hardening/models/legacy-approvals.js';
import { ApprovalApp, oneStep, type Colleague } from '../support/approval-app.js';
import { Barrier } from '../support/barrier.js';
import { call } from '../support/http.js';
import { testToken } from '../support/sse-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The processes of `ProcessName`. */
const PROCESSES: Readonly<Record<ProcessName, object>> = {
  pair: oneStep('pair'),
  manager: oneStep('manager', { assignees: [{ type: 'applicant_manager', level: 1 }] }),
  own: oneStep('own', { assignees: [{ type: 'user', users: ['ada'] }] }),
  branch: {
    ...oneStep('branch'),
    nodes: [
      { id: 'start', type: 'start' },
      { id: 'large', type: 'condition' },
      { id: 'check', type: 'approve', assignees: [{ type: 'user', users: ['fin1'] }] },
      { id: 'end', type: 'end' },
    ],
    edges: [
      { from: 'start', to: 'large' },
      { from: 'large', to: 'check', when: 'has(form.amount) && form.amount >= 1000' },
      { from: 'large', to: 'end', default: true },
      { from: 'check', to: 'end' },
    ],
  },
};

/** Each scenario succeeds over HTTP and fails, by an assertion, on a model of the legacy system. */
describe('Defects of the legacy approvals', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  let ours: ApprovalSystem;
  const people = new Map<string, Colleague>();
  const as = (user: string): Colleague => people.get(user) as Colleague;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    for (const id of ['ada', 'ben', 'mia', 'fin1', 'fin2', 'fin3', 'root']) people.set(id, await app.as(id));
    for (const definition of Object.values(PROCESSES)) await app.define(definition);
    ours = overHttp();
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  function overHttp(): ApprovalSystem {
    type TaskItem = { readonly id: string; readonly assigneeId: string; readonly status: string };
    const tasksOf = async (id: string): Promise<readonly TaskItem[]> =>
      (await as('root').get(`/process-instances/${id}/tasks`)).body.items;
    const command = async (user: string, id: string, name: string, body: object = {}): Promise<boolean> => {
      const tasks = await tasksOf(id);
      const task = tasks.find(({ assigneeId }) => assigneeId === user) ?? tasks[0];
      return (await as(user).post(`/approval-tasks/${task?.id}/${name}`, body)).status === 200;
    };
    const end = async (user: string, id: string, name: string, body: object = {}): Promise<boolean> =>
      (await as(user).post(`/process-instances/${id}/${name}`, body)).status === 200;
    const read = async (id: string) => (await as('root').get(`/process-instances/${id}`)).body;
    const notificationsOf = async (query: string) => {
      const found: { readonly to: string; readonly data: Readonly<Record<string, string>> }[] = [];
      for (const [to, person] of people) {
        const { body } = await person.get(`/notifications?state=all&limit=100&${query}`);
        for (const item of body.items as { data: Record<string, string> }[]) found.push({ to, data: item.data });
      }
      return found;
    };
    return {
      start: async (code, applicant, formData = {}) =>
        (await as(applicant).post('/process-instances', { code, title: 'A title', formData })).body.id,
      approve: (user, id) => command(user, id, 'approve'),
      reject: (user, id) => command(user, id, 'reject'),
      withdraw: (user, id) => end(user, id, 'withdraw'),
      cancel: (user, id, reason) => end(user, id, 'cancel', { reason }),
      transfer: (user, id, to) => command(user, id, 'transfer', { toUserId: to }),
      delegate: (user, id, to) => command(user, id, 'delegate', { toUserId: to }),
      applicantOf: async (id) => (await read(id)).applicantId,
      statusOf: async (id) => (await read(id)).status,
      openTasks: async (id) =>
        (await tasksOf(id)).filter(({ status }) => status === 'pending').map(({ assigneeId }) => assigneeId),
      notificationsOf: async (id) => {
        const found = await notificationsOf(`relatedType=approval_instance&relatedId=${id}`);
        return found.map(({ to, data }): SentNotification => ({ to, about: data['status'] ?? '' }));
      },
      asked: async (id) => {
        const found = await notificationsOf('relatedType=approval_task');
        return found.filter(({ data }) => data['instanceId'] === id).map(({ to }) => to);
      },
      reasons: async (id) => {
        const { body } = await as('root').get(`/process-instances/${id}/history?limit=100`);
        return (body.items as { comment: string | null }[]).flatMap(({ comment }) => comment ?? []);
      },
      stored: async (id) => {
        const { title, code, applicantName, formData: form } = await read(id);
        return { title, code, applicantName, form };
      },
      listed: async (user) => {
        const ids: string[] = [];
        for (let cursor = ''; ;) {
          const { body } = await as(user).get(`/process-instances?limit=2${cursor}`);
          ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
          if (body.nextCursor === null) return ids;
          cursor = `&cursor=${body.nextCursor}`;
        }
      },
      deletesInUse: async (finished) => {
        const code = `used-${randomUUID().slice(0, 8)}`;
        const processId = await app.define(oneStep(code));
        for (let i = 0; i < finished; i += 1) {
          const { body } = await as('ada').post('/process-instances', { code });
          await as('ada').post(`/process-instances/${body.id}/withdraw`);
        }
        await as('ada').post('/process-instances', { code });
        return (await as('root').send('DELETE', `/processes/${processId}`)).status < 300;
      },
      define: async (body) => {
        const answer = await as('root').post('/processes', body);
        return { status: answer.status, id: answer.status < 300 ? answer.body.id : randomUUID() };
      },
      read: async (processId) => (await as('root').get(`/processes/${processId}`)).status,
      withRefreshToken: async (user) => {
        const token = testToken({ sub: user, typ: 'refresh' });
        return (await call(`${app.url}/api/v1/approval-tasks/my-tasks`, { token })).status;
      },
      approveAndDisconnect: async (user, id) => {
        const { id: taskId } = await as(user).task(id);
        const barrier = await Barrier.open(app, database);
        const client = new AbortController();
        const [disconnected, second] = await barrier.race<unknown>(id, [
          () =>
            fetch(`${app.url}/api/v1/approval-tasks/${taskId}/approve`, {
              method: 'POST',
              headers: { Authorization: `Bearer ${as(user).token}` },
              signal: client.signal,
            }).catch((error: unknown) => (error as Error).name),
          () => {
            client.abort();
            // Waits for the first, which has ended when this one is answered.
            return as('ada').post(`/process-instances/${id}/comment`, { comment: 'and?' });
          },
        ]);
        await barrier.close();
        expect([disconnected, second]).toMatchObject(['AbortError', { status: 200 }]);
      },
    };
  }

  const scenarios: Readonly<Record<string, (approvals: ApprovalSystem) => Promise<void>>> = {
    '23: the caller is the applicant': async (approvals) => {
      expect(await approvals.applicantOf(await approvals.start('pair', 'ada'))).toBe('ada');
      expect(await approvals.applicantOf(await approvals.start('pair', 'ben'))).toBe('ben');
    },
    '25: a withdrawn instance cannot be approved': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.withdraw('ada', id);
      expect([await approvals.approve('fin1', id), await approvals.statusOf(id)]).toEqual([false, 'withdrawn']);
    },
    '26: a transferred task belongs to the other person': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.transfer('fin1', id, 'fin3');
      expect([...(await approvals.openTasks(id))].sort()).toEqual(['fin2', 'fin3']);
    },
    '26: a delegated task is prepared by the delegate and decided by its owner': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.delegate('fin1', id, 'fin3');
      expect([...(await approvals.openTasks(id))].sort()).toEqual(['fin2', 'fin3']);
      expect([await approvals.approve('fin3', id), await approvals.statusOf(id)]).toEqual([false, 'running']);
    },
    '26: a task cannot be transferred to an unknown person': async (approvals) => {
      expect(await approvals.transfer('fin1', await approvals.start('pair', 'ada'), 'ghost')).toBe(false);
    },
    '27: one approval in mode any closes the other tasks': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.approve('fin1', id);
      expect(await approvals.openTasks(id)).toEqual([]);
    },
    '28: a condition takes the edge that holds': async (approvals) => {
      const id = await approvals.start('branch', 'ada', { amount: 5_000 });
      expect(await approvals.openTasks(id)).toEqual(['fin1']);
    },
    '28: an instance without any task ends': async (approvals) => {
      expect(await approvals.statusOf(await approvals.start('branch', 'ada', { amount: 5 }))).toBe('approved');
    },
    '29: a cancelled instance has no open task, and its reason is stored': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.cancel('root', id, 'ordered twice');
      expect([await approvals.openTasks(id), await approvals.reasons(id)]).toEqual([[], ['ordered twice']]);
    },
    '29: a withdrawn instance has no open task': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.withdraw('ada', id);
      expect(await approvals.openTasks(id)).toEqual([]);
    },
    '30: a rejection notifies the applicant, not the approver': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.reject('fin1', id);
      expect(await approvals.notificationsOf(id)).toEqual([{ to: 'ada', about: 'rejected' }]);
    },
    '30: an approval notifies the applicant too': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.approve('fin1', id);
      expect(await approvals.notificationsOf(id)).toEqual([{ to: 'ada', about: 'approved' }]);
    },
    '30: the first assignees are asked': async (approvals) => {
      expect(await approvals.asked(await approvals.start('pair', 'ada'))).toEqual(['fin1', 'fin2']);
    },
    '31: title, names and code are stored, and numbers stay numbers': async (approvals) => {
      expect(await approvals.stored(await approvals.start('pair', 'ada', { amount: 1.5 }))).toEqual({
        title: 'A title',
        code: 'pair',
        applicantName: 'ada of acme',
        form: { amount: 1.5 },
      });
    },
    '32: a person who is no assignee cannot decide': async (approvals) => {
      expect(await approvals.approve('ben', await approvals.start('pair', 'ada'))).toBe(false);
    },
    '32: the applicant cannot decide their own request': async (approvals) => {
      const id = await approvals.start('own', 'ada');
      expect([await approvals.approve('ada', id), await approvals.openTasks(id)]).toEqual([false, ['mia']]);
    },
    '32: a refresh token is no access token': async (approvals) => {
      expect(await approvals.withRefreshToken('fin1')).toBe(401);
    },
    '33: a list without a filter has every instance once, also those of the same moment': async (approvals) => {
      const made = await Promise.all([1, 2, 3, 4, 5].map(() => approvals.start('manager', 'ben')));
      const listed = await approvals.listed('ben');
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed).toEqual(expect.arrayContaining(made));
    },
    '33: a process in use cannot be deleted, however many of its instances have ended': async (approvals) => {
      expect(await approvals.deletesInUse(11)).toBe(false);
    },
    '34: the task of a manager can be decided by the manager': async (approvals) => {
      const id = await approvals.start('manager', 'ada');
      expect(await approvals.openTasks(id)).toEqual(['mia']);
      expect([await approvals.approve('mia', id), await approvals.statusOf(id)]).toEqual([true, 'approved']);
    },
    '35: only the applicant can withdraw': async (approvals) => {
      expect(await approvals.withdraw('ben', await approvals.start('pair', 'ada'))).toBe(false);
    },
    '35: other people cannot cancel': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      expect([await approvals.cancel('ben', id, 'why not'), await approvals.statusOf(id)]).toEqual([false, 'running']);
    },
    '36: a process without a drawing is refused, and reading it gives 404': async (approvals) => {
      const lost = { code: `lost-${randomUUID().slice(0, 8)}`, name: 'Lost', workflow_id: randomUUID() };
      const { status, id } = await approvals.define(lost);
      expect([status, await approvals.read(id)]).toEqual([422, 404]);
    },
    '37: an invalid field is refused and not stored': async (approvals) => {
      const { status, id } = await approvals.define({ ...PROCESSES.pair, code: '', name: 'x'.repeat(101) });
      expect([status, await approvals.read(id)]).toEqual([422, 404]);
    },
    '38: a client that disconnects while its decision waits undoes nothing, and the instance continues': async (
      approvals,
    ) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.approveAndDisconnect('fin1', id);
      expect(await approvals.statusOf(id)).toBe('approved');
    },
  };

  it.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
    await scenario(ours);
    // The scenario finds the defect: it fails on the model, by an assertion.
    await expect(scenario(new LegacyApprovals())).rejects.toThrow(/expect\(/);
  });

  it('24: a decision is stored completely or not at all', async () => {
    const expectAtomic = async (
      decide: () => Promise<void>,
      read: () => Promise<readonly unknown[]>,
    ): Promise<void> => {
      const before = await read();
      await expect(decide()).rejects.toThrow('failed');
      expect(await read()).toEqual(before);
    };
    const id = await ours.start('pair', 'ada');
    const off = app.hooks.on('pair', {
      onApproved: () => {
        throw new Error('failed');
      },
    });
    const caller = { tenantId: 'acme', userId: 'fin1', manages: false };
    const { id: taskId } = await as('fin1').task(id);
    await expectAtomic(
      async () =>
        void (await app.inTenant('acme', (manager) => app.tasks.execute(manager, caller, taskId, { type: 'approve' }))),
      async () => [
        await ours.statusOf(id),
        await ours.openTasks(id),
        await ours.notificationsOf(id),
        await ours.reasons(id),
      ],
    );
    off();
    // Five statements that commit on their own; the third one fails.
    const rows: string[] = [];
    const decideInParts = async (): Promise<void> => {
      for (const step of ['task', 'history', 'instance', 'next', 'notification']) {
        if (step === 'instance') throw new Error('failed');
        rows.push(step);
        await Promise.resolve();
      }
    };
    await expect(expectAtomic(decideInParts, () => Promise.resolve([...rows]))).rejects.toThrow(/expect\(/);
  });
});
