import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  OriginApprovals,
  type ApprovalSystem,
  type Notice,
  type ProcessName,
} from '../hardening/models/origin-approvals.js';
import { ApprovalApp, oneNode, type Colleague } from '../support/approval-app.js';
import { Barrier } from '../support/barrier.js';
import { call } from '../support/http.js';
import { testToken } from '../support/sse-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** As the names of `ProcessName` say. */
const PROCESSES: Readonly<Record<ProcessName, object>> = {
  pair: oneNode('pair'),
  manager: oneNode('manager', { assignees: [{ type: 'applicant_manager', level: 1 }] }),
  own: oneNode('own', { assignees: [{ type: 'user', users: ['ada'] }] }),
  branch: {
    ...oneNode('branch'),
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

/** Each scenario is passed by ours over HTTP, and failed, by an assertion, by the model of the origin. */
describe('defects that these approvals do not have', () => {
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
    const verb = async (user: string, id: string, name: string, body: object = {}): Promise<boolean> => {
      const tasks = await tasksOf(id);
      const task = tasks.find(({ assigneeId }) => assigneeId === user) ?? tasks[0];
      return (await as(user).post(`/approval-tasks/${task?.id}/${name}`, body)).status === 200;
    };
    const end = async (user: string, id: string, name: string, body: object = {}): Promise<boolean> =>
      (await as(user).post(`/process-instances/${id}/${name}`, body)).status === 200;
    const read = async (id: string) => (await as('root').get(`/process-instances/${id}`)).body;
    const noticesOf = async (query: string) => {
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
      approve: (user, id) => verb(user, id, 'approve'),
      reject: (user, id) => verb(user, id, 'reject'),
      withdraw: (user, id) => end(user, id, 'withdraw'),
      cancel: (user, id, reason) => end(user, id, 'cancel', { reason }),
      transfer: (user, id, to) => verb(user, id, 'transfer', { toUserId: to }),
      delegate: (user, id, to) => verb(user, id, 'delegate', { toUserId: to }),
      applicantOf: async (id) => (await read(id)).applicantId,
      statusOf: async (id) => (await read(id)).status,
      openTasks: async (id) =>
        (await tasksOf(id)).filter(({ status }) => status === 'pending').map(({ assigneeId }) => assigneeId),
      toldOf: async (id) => {
        const notices = await noticesOf(`relatedType=approval_instance&relatedId=${id}`);
        return notices.map(({ to, data }): Notice => ({ to, about: data['status'] ?? '' }));
      },
      asked: async (id) => {
        const notices = await noticesOf('relatedType=approval_task');
        return notices.filter(({ data }) => data['instanceId'] === id).map(({ to }) => to);
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
        const processId = await app.define(oneNode(code));
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
      approveAndHangUp: async (user, id) => {
        const { id: taskId } = await as(user).task(id);
        const barrier = await Barrier.open(app, database);
        const gone = new AbortController();
        const [hungUp, second] = await barrier.race<unknown>(id, [
          () =>
            fetch(`${app.url}/api/v1/approval-tasks/${taskId}/approve`, {
              method: 'POST',
              headers: { Authorization: `Bearer ${as(user).token}` },
              signal: gone.signal,
            }).catch((error: unknown) => (error as Error).name),
          () => {
            gone.abort();
            // Waits behind the first, so that one is through when this one is answered.
            return as('ada').post(`/process-instances/${id}/comment`, { comment: 'and?' });
          },
        ]);
        await barrier.close();
        expect([hungUp, second]).toMatchObject(['AbortError', { status: 200 }]);
      },
    };
  }

  const scenarios: Readonly<Record<string, (approvals: ApprovalSystem) => Promise<void>>> = {
    '23: whoever asks is the applicant': async (approvals) => {
      expect(await approvals.applicantOf(await approvals.start('pair', 'ada'))).toBe('ada');
      expect(await approvals.applicantOf(await approvals.start('pair', 'ben'))).toBe('ben');
    },
    '25: nothing is approved after it was withdrawn': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.withdraw('ada', id);
      expect([await approvals.approve('fin1', id), await approvals.statusOf(id)]).toEqual([false, 'withdrawn']);
    },
    '26: a transferred task is really the other one’s': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.transfer('fin1', id, 'fin3');
      expect([...(await approvals.openTasks(id))].sort()).toEqual(['fin2', 'fin3']);
    },
    '26: a delegated task is prepared by the other one, and decided by its owner': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.delegate('fin1', id, 'fin3');
      expect([...(await approvals.openTasks(id))].sort()).toEqual(['fin2', 'fin3']);
      expect([await approvals.approve('fin3', id), await approvals.statusOf(id)]).toEqual([false, 'running']);
    },
    '26: nobody transfers to a person who does not exist': async (approvals) => {
      expect(await approvals.transfer('fin1', await approvals.start('pair', 'ada'), 'ghost')).toBe(false);
    },
    '27: where one approval is enough, the others do not stay open': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.approve('fin1', id);
      expect(await approvals.openTasks(id)).toEqual([]);
    },
    '28: a condition takes the edge that holds': async (approvals) => {
      const id = await approvals.start('branch', 'ada', { amount: 5_000 });
      expect(await approvals.openTasks(id)).toEqual(['fin1']);
    },
    '28: where nobody need be asked the request ends instead of sticking': async (approvals) => {
      expect(await approvals.statusOf(await approvals.start('branch', 'ada', { amount: 5 }))).toBe('approved');
    },
    '29: a cancelled request leaves no task open and says why': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.cancel('root', id, 'ordered twice');
      expect([await approvals.openTasks(id), await approvals.reasons(id)]).toEqual([[], ['ordered twice']]);
    },
    '29: a withdrawn request leaves no task open': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.withdraw('ada', id);
      expect(await approvals.openTasks(id)).toEqual([]);
    },
    '30: the applicant hears of the rejection, the approver does not': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.reject('fin1', id);
      expect(await approvals.toldOf(id)).toEqual([{ to: 'ada', about: 'rejected' }]);
    },
    '30: the applicant hears of the approval too': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.approve('fin1', id);
      expect(await approvals.toldOf(id)).toEqual([{ to: 'ada', about: 'approved' }]);
    },
    '30: whoever must decide is asked, from the first task on': async (approvals) => {
      expect(await approvals.asked(await approvals.start('pair', 'ada'))).toEqual(['fin1', 'fin2']);
    },
    '31: title, names and the code are kept, and numbers stay numbers': async (approvals) => {
      expect(await approvals.stored(await approvals.start('pair', 'ada', { amount: 1.5 }))).toEqual({
        title: 'A title',
        code: 'pair',
        applicantName: 'ada of acme',
        form: { amount: 1.5 },
      });
    },
    '32: a stranger decides nothing': async (approvals) => {
      expect(await approvals.approve('ben', await approvals.start('pair', 'ada'))).toBe(false);
    },
    '32: nobody decides their own request': async (approvals) => {
      const id = await approvals.start('own', 'ada');
      expect([await approvals.approve('ada', id), await approvals.openTasks(id)]).toEqual([false, ['mia']]);
    },
    '32: a refresh token is no access token': async (approvals) => {
      expect(await approvals.withRefreshToken('fin1')).toBe(401);
    },
    '33: a list without a filter shows everything once, also what was made in the same moment': async (approvals) => {
      const made = await Promise.all([1, 2, 3, 4, 5].map(() => approvals.start('manager', 'ben')));
      const listed = await approvals.listed('ben');
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed).toEqual(expect.arrayContaining(made));
    },
    '33: a process in use is not deleted, however many of its requests are over': async (approvals) => {
      expect(await approvals.deletesInUse(11)).toBe(false);
    },
    '34: a manager’s task is that of a person who can decide it': async (approvals) => {
      const id = await approvals.start('manager', 'ada');
      expect(await approvals.openTasks(id)).toEqual(['mia']);
      expect([await approvals.approve('mia', id), await approvals.statusOf(id)]).toEqual([true, 'approved']);
    },
    '35: only the applicant withdraws': async (approvals) => {
      expect(await approvals.withdraw('ben', await approvals.start('pair', 'ada'))).toBe(false);
    },
    '35: a stranger cancels nothing': async (approvals) => {
      const id = await approvals.start('pair', 'ada');
      expect([await approvals.cancel('ben', id, 'why not'), await approvals.statusOf(id)]).toEqual([false, 'running']);
    },
    '36: a process whose drawing is missing is refused, and reading it breaks nothing': async (approvals) => {
      const lost = { code: `lost-${randomUUID().slice(0, 8)}`, name: 'Lost', workflow_id: randomUUID() };
      const { status, id } = await approvals.define(lost);
      expect([status, await approvals.read(id)]).toEqual([422, 404]);
    },
    '37: what breaks the rules of a field is refused and not kept': async (approvals) => {
      const { status, id } = await approvals.define({ ...PROCESSES.pair, code: '', name: 'x'.repeat(101) });
      expect([status, await approvals.read(id)]).toEqual([422, 404]);
    },
    '38: a client that hangs up while its decision waits takes nothing back, and the instance goes on': async (
      approvals,
    ) => {
      const id = await approvals.start('pair', 'ada');
      await approvals.approveAndHangUp('fin1', id);
      expect(await approvals.statusOf(id)).toBe('approved');
    },
  };

  it.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
    await scenario(ours);
    // The scenario notices the defect: the model fails it, by an assertion.
    await expect(scenario(new OriginApprovals())).rejects.toThrow(/expect\(/);
  });

  it('24: a decision is whole or not there at all', async () => {
    const wholeOrNothing = async (
      decide: () => Promise<void>,
      look: () => Promise<readonly unknown[]>,
    ): Promise<void> => {
      const before = await look();
      await expect(decide()).rejects.toThrow('torn');
      expect(await look()).toEqual(before);
    };
    const id = await ours.start('pair', 'ada');
    const off = app.hooks.on('pair', {
      onApproved: () => {
        throw new Error('torn');
      },
    });
    const caller = { tenantId: 'acme', userId: 'fin1', manages: false };
    const { id: taskId } = await as('fin1').task(id);
    await wholeOrNothing(
      async () =>
        void (await app.inTenant('acme', (manager) => app.tasks.give(manager, caller, taskId, { type: 'approve' }))),
      async () => [await ours.statusOf(id), await ours.openTasks(id), await ours.toldOf(id), await ours.reasons(id)],
    );
    off();
    // Five statements that commit by themselves; the third fails.
    const rows: string[] = [];
    const torn = async (): Promise<void> => {
      for (const step of ['task', 'history', 'instance', 'next', 'notice']) {
        if (step === 'instance') throw new Error('torn');
        rows.push(step);
        await Promise.resolve();
      }
    };
    await expect(wholeOrNothing(torn, () => Promise.resolve([...rows]))).rejects.toThrow(/expect\(/);
  });
});
