import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApprovalApp, oneNode, type Colleague } from '../support/approval-app.js';
import { Barrier } from '../support/barrier.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Task {
  status: string;
  assignee: string;
}
interface Notice {
  readonly to: string;
  readonly about: string;
}

/**
 * What the scenarios look at: ours over HTTP, and a small faithful model of the origin's approvals (origin.md §1.6), in which
 * every step is a statement of its own and nothing is checked.
 */
interface Approvals {
  start(applicant: string): Promise<string>;
  approve(user: string, id: string): Promise<boolean>;
  reject(user: string, id: string): Promise<boolean>;
  withdraw(user: string, id: string): Promise<boolean>;
  cancel(user: string, id: string, reason: string): Promise<boolean>;
  transfer(user: string, id: string, to: string): Promise<boolean>;
  applicantOf(id: string): Promise<string>;
  statusOf(id: string): Promise<string>;
  openTasks(id: string): Promise<readonly string[]>;
  toldOf(id: string): Promise<readonly Notice[]>;
  reasons(id: string): Promise<readonly string[]>;
}

class OriginModel implements Approvals {
  readonly #instances: { applicant: string; status: string; tasks: Task[]; notices: Notice[] }[] = [];

  start(_applicant: string): Promise<string> {
    const tasks = [
      { status: 'pending', assignee: 'fin1' },
      { status: 'pending', assignee: 'fin2' },
    ];
    // Every handler uses one fixed user.
    this.#instances.push({ applicant: '…0001', status: 'pending', tasks, notices: [] });
    return Promise.resolve(String(this.#instances.length - 1));
  }
  approve(user: string, id: string): Promise<boolean> {
    return this.#decide(user, id, 'approved');
  }
  reject(user: string, id: string): Promise<boolean> {
    return this.#decide(user, id, 'rejected');
  }
  #decide(user: string, id: string, status: string): Promise<boolean> {
    const task = this.#at(id).tasks.find((other) => other.assignee === user) ?? this.#at(id).tasks[0];
    if (task !== undefined) task.status = status;
    // No look at the instance, and the siblings stay as they are.
    this.#at(id).status = status;
    if (status === 'rejected') this.#at(id).notices.push({ to: user, about: status });
    return Promise.resolve(true);
  }
  withdraw(_user: string, id: string): Promise<boolean> {
    this.#at(id).status = 'withdrawn';
    return Promise.resolve(true);
  }
  cancel(_user: string, id: string, _reason: string): Promise<boolean> {
    this.#at(id).status = 'cancelled';
    return Promise.resolve(true);
  }
  transfer(_user: string, _id: string, _to: string): Promise<boolean> {
    // The struct is changed; the UPDATE has no assignee column.
    return Promise.resolve(true);
  }
  applicantOf(id: string): Promise<string> {
    return Promise.resolve(this.#at(id).applicant);
  }
  statusOf(id: string): Promise<string> {
    return Promise.resolve(this.#at(id).status);
  }
  openTasks(id: string): Promise<readonly string[]> {
    const open = this.#at(id).tasks.filter(({ status }) => status === 'pending');
    return Promise.resolve(open.map(({ assignee }) => assignee));
  }
  toldOf(id: string): Promise<readonly Notice[]> {
    return Promise.resolve(this.#at(id).notices);
  }
  reasons(_id: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
  #at(id: string) {
    const instance = this.#instances[Number(id)];
    if (instance === undefined) throw new Error('nothing there');
    return instance;
  }
}

describe('defects that these approvals do not have', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  let ours: Approvals;
  const people = new Map<string, Colleague>();
  const as = (user: string): Colleague => people.get(user) as Colleague;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    for (const id of ['ada', 'ben', 'fin1', 'fin2', 'fin3', 'root']) people.set(id, await app.as(id));
    await app.define(oneNode('defect'));
    const taskOf = async (user: string, id: string): Promise<string> => {
      const { body } = await as('root').get(`/process-instances/${id}/tasks`);
      const items = body.items as { id: string; assigneeId: string }[];
      return (items.find(({ assigneeId }) => assigneeId === user) ?? items[0])?.id ?? '';
    };
    const verb = async (user: string, id: string, name: string, body: object = {}): Promise<boolean> =>
      (await as(user).post(`/approval-tasks/${await taskOf(user, id)}/${name}`, body)).status === 200;
    const end = async (user: string, id: string, name: string, body: object = {}): Promise<boolean> =>
      (await as(user).post(`/process-instances/${id}/${name}`, body)).status === 200;
    const read = async (id: string) => (await as('root').get(`/process-instances/${id}`)).body;
    ours = {
      start: async (applicant) => (await as(applicant).post('/process-instances', { code: 'defect' })).body.id,
      approve: (user, id) => verb(user, id, 'approve'),
      reject: (user, id) => verb(user, id, 'reject'),
      withdraw: (user, id) => end(user, id, 'withdraw'),
      cancel: (user, id, reason) => end(user, id, 'cancel', { reason }),
      transfer: (user, id, to) => verb(user, id, 'transfer', { toUserId: to }),
      applicantOf: async (id) => (await read(id)).applicantId,
      statusOf: async (id) => (await read(id)).status,
      openTasks: async (id) =>
        (
          (await as('root').get(`/process-instances/${id}/tasks`)).body.items as {
            status: string;
            assigneeId: string;
          }[]
        )
          .filter(({ status }) => status === 'pending')
          .map(({ assigneeId }) => assigneeId),
      toldOf: async (id) => {
        const told: Notice[] = [];
        for (const [to, person] of people) {
          const { body } = await person.get(`/notifications?state=all&relatedType=approval_instance&relatedId=${id}`);
          for (const item of body.items as { data: { status: string } }[]) told.push({ to, about: item.data.status });
        }
        return told;
      },
      reasons: async (id) =>
        (
          (await as('root').get(`/process-instances/${id}/history?limit=100`)).body.items as {
            comment: string | null;
          }[]
        )
          .map(({ comment }) => comment)
          .filter((comment): comment is string => comment !== null),
    };
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  const scenarios: Readonly<Record<string, (approvals: Approvals) => Promise<void>>> = {
    '23: whoever asks is the applicant': async (approvals) => {
      expect(await approvals.applicantOf(await approvals.start('ada'))).toBe('ada');
      expect(await approvals.applicantOf(await approvals.start('ben'))).toBe('ben');
    },
    '25: nothing is approved after it was withdrawn': async (approvals) => {
      const id = await approvals.start('ada');
      await approvals.withdraw('ada', id);
      expect([await approvals.approve('fin1', id), await approvals.statusOf(id)]).toEqual([false, 'withdrawn']);
    },
    '26: a transferred task is really the other one’s': async (approvals) => {
      const id = await approvals.start('ada');
      await approvals.transfer('fin1', id, 'fin3');
      expect([...(await approvals.openTasks(id))].sort()).toEqual(['fin2', 'fin3']);
    },
    '26: nobody transfers to a person who does not exist': async (approvals) => {
      expect(await approvals.transfer('fin1', await approvals.start('ada'), 'ghost')).toBe(false);
    },
    '27: where one approval is enough, the others do not stay open': async (approvals) => {
      const id = await approvals.start('ada');
      await approvals.approve('fin1', id);
      expect(await approvals.openTasks(id)).toEqual([]);
    },
    '29: a cancelled request leaves no task open and says why': async (approvals) => {
      const id = await approvals.start('ada');
      await approvals.cancel('root', id, 'ordered twice');
      expect([await approvals.openTasks(id), await approvals.reasons(id)]).toEqual([[], ['ordered twice']]);
    },
    '30: the applicant hears of the rejection, the approver does not': async (approvals) => {
      const id = await approvals.start('ada');
      await approvals.reject('fin1', id);
      expect(await approvals.toldOf(id)).toEqual([{ to: 'ada', about: 'rejected' }]);
    },
    '32: a stranger decides nothing': async (approvals) => {
      const id = await approvals.start('ada');
      expect(await approvals.approve('ben', id)).toBe(false);
    },
    '35: only the applicant withdraws': async (approvals) => {
      const id = await approvals.start('ada');
      expect(await approvals.withdraw('ben', id)).toBe(false);
    },
  };

  it.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
    await scenario(ours);
    // The scenario notices the defect: the model fails it, by an assertion.
    await expect(scenario(new OriginModel())).rejects.toThrow(/expect\(/);
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
    const id = await ours.start('ada');
    const off = app.hooks.on('defect', {
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

  it('31: title, names and the code are kept, and numbers stay numbers', async () => {
    const { body } = await as('ada').post('/process-instances', {
      code: 'defect',
      title: 'A title',
      formData: { amount: 1.5 },
    });
    const kept = (await as('ada').get(`/process-instances/${body.id}`)).body;
    expect(kept).toMatchObject({
      title: 'A title',
      code: 'defect',
      applicantName: 'ada of acme',
      formData: { amount: 1.5 },
    });
  });

  it('38: a client that hangs up while its decision waits takes nothing back, and the instance goes on', async () => {
    const id = await ours.start('ada');
    const [{ id: mine }, { id: other }] = [await as('fin1').task(id), await as('fin2').task(id)];
    const barrier = await Barrier.open(app, database);
    const gone = new AbortController();
    const [hungUp, second] = await barrier.race<unknown>(id, [
      () =>
        fetch(`${app.url}/api/v1/approval-tasks/${mine}/approve`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${as('fin1').token}` },
          signal: gone.signal,
        }).catch((error: unknown) => (error as Error).name),
      () => {
        gone.abort();
        return as('fin2').post(`/approval-tasks/${other}/approve`);
      },
    ]);
    await barrier.close();
    expect(hungUp).toBe('AbortError');
    expect(second).toMatchObject({ status: 409, body: { code: 'already_decided', by: 'fin1' } });
    expect(await ours.statusOf(id)).toBe('approved');
  });
});
