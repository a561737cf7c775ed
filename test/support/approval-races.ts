import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApprovalApp, oneStep, type Colleague } from './approval-app.js';
import { Barrier } from './barrier.js';
import type { Answer } from './http.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** One run of a race. */
interface Run {
  readonly instanceId: string;
  /** The open tasks by assignee. */
  readonly tasks: ReadonlyMap<string, { readonly id: string; readonly revision: number }>;
  readonly i: number;
}

/** One side of a race: its request, and the checks of its answer when it is first and when it is second. */
interface Side {
  readonly send: (run: Run) => Promise<Answer>;
  readonly first: (answer: Answer, run: Run) => void;
  readonly second: (answer: Answer, run: Run) => void;
}

const ok = (answer: Answer): void => expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
const refused =
  (status: number, code: string, more: object = {}) =>
  (answer: Answer): void => {
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body).toMatchObject(more);
  };

const SECOND_STEP = { id: 'after', type: 'handle', assignees: [{ type: 'user', users: ['hanna'] }] };

/** A process with two steps: a double advance would open two tasks of the second. */
function twoSteps(code: string, step: object): object {
  const definition = oneStep(code, step) as { nodes: object[]; edges: object[] };
  return {
    ...definition,
    nodes: [...definition.nodes.slice(0, 2), SECOND_STEP, ...definition.nodes.slice(2)],
    edges: [
      { from: 'start', to: 'check' },
      { from: 'check', to: 'after' },
      { from: 'after', to: 'end' },
    ],
  };
}

/**
 * The races between the existing commands (approvals.md "How the engine decides"). Both sides wait for the row of the instance, each
 * one is first in half of the runs, and the result is that of the table.
 */
export function describeApprovalRaces(runs: number): void {
  describe('Concurrent commands', () => {
    let database: TestDatabase;
    let app: ApprovalApp;
    let barrier: Barrier;
    let people: Record<'ada' | 'fin1' | 'fin2' | 'fin3' | 'hanna' | 'root', Colleague>;

    beforeAll(async () => {
      database = await createTestDatabase();
      app = await ApprovalApp.start(database);
      barrier = await Barrier.open(app, database);
      const ids = ['ada', 'fin1', 'fin2', 'fin3', 'hanna', 'root'] as const;
      const made = await Promise.all(ids.map(async (id) => [id, await app.as(id)] as const));
      people = Object.fromEntries(made) as typeof people;
      await app.define(twoSteps('any', { mode: 'any' }));
      await app.define(twoSteps('all', { mode: 'all' }));
      await app.define(oneStep('single', { assignees: [{ type: 'user', users: ['fin1'] }] }));
    });
    afterAll(async () => {
      await barrier?.close();
      await app?.stop();
      await database?.drop();
    });

    const approve =
      (who: 'fin1' | 'fin2', options: { readonly withMatch?: boolean; readonly key?: string } = {}) =>
      (run: Run): Promise<Answer> => {
        const task = run.tasks.get(who);
        return people[who].post(`/approval-tasks/${task?.id}/approve`, {}, headersOf(task, options, run));
      };
    const headersOf = (
      task: { readonly revision: number } | undefined,
      { withMatch, key }: { readonly withMatch?: boolean; readonly key?: string },
      run: Run,
    ): Record<string, string> => ({
      ...(withMatch === true ? { 'If-Match': `"${task?.revision}"` } : {}),
      ...(key === undefined ? {} : { 'Idempotency-Key': `${key}-${run.instanceId}` }),
    });

    async function start(code: string, i: number): Promise<Run> {
      const started = await people.ada.post('/process-instances', { code, formData: {} });
      expect(started.status).toBe(201);
      const { body } = await people.ada.get(`/process-instances/${started.body.id}/tasks`);
      const tasks = new Map(
        (body.items as { assigneeId: string; id: string; revision: number }[]).map((task) => [task.assigneeId, task]),
      );
      return { instanceId: started.body.id, tasks, i };
    }

    /** Checks what holds after every race, whichever side won. */
    async function expectConsistent(instanceId: string): Promise<void> {
      const [check, tasks, history] = await Promise.all([
        people.ada.get(`/process-instances/${instanceId}/verify`),
        people.ada.get(`/process-instances/${instanceId}/tasks`),
        people.ada.get(`/process-instances/${instanceId}/history?limit=100`),
      ]);
      expect(check.body.ok).toBe(true);
      const later = (tasks.body.items as { nodeId: string }[]).filter(({ nodeId }) => nodeId === 'after');
      expect(later.length).toBeLessThanOrEqual(1);
      const ends = (history.body.items as { action: string; taskKey: string | null; toStatus: string }[]).filter(
        (entry) => entry.taskKey === null && ['approved', 'withdrawn', 'cancelled'].includes(entry.toStatus),
      );
      expect(ends.length).toBeLessThanOrEqual(1);
    }

    async function race(code: string, a: Side, b: Side): Promise<void> {
      for (let i = 0; i < runs; i += 1) {
        const run = await start(code, i);
        const [first, second] = i % 2 === 0 ? [a, b] : [b, a];
        const [won, lost] = await barrier.race(run.instanceId, [() => first.send(run), () => second.send(run)]);
        first.first(won as Answer, run);
        second.second(lost as Answer, run);
        await expectConsistent(run.instanceId);
      }
    }

    const timeoutMs = 20_000 + runs * 500;

    it(
      'let one of two approvals decide in mode any, and name its author to the other',
      async () => {
        const side = (who: 'fin1' | 'fin2', other: string): Side => ({
          send: approve(who),
          first: ok,
          second: refused(409, 'already_decided', { by: other, action: 'approve' }),
        });
        await race('any', side('fin1', 'fin2'), side('fin2', 'fin1'));
      },
      timeoutMs,
    );

    it(
      'let both approvals decide in mode all, and advance once',
      async () => {
        const isDone = (answer: Answer, run: Run): void => {
          ok(answer);
          expect([run.i, answer.body.instance.currentNodes]).toEqual([run.i, [{ id: 'after', name: 'after' }]]);
        };
        const side = (who: 'fin1' | 'fin2'): Side => ({ send: approve(who), first: ok, second: isDone });
        await race('all', side('fin1'), side('fin2'));
      },
      timeoutMs,
    );

    it(
      'approve or withdraw, never both',
      async () => {
        const closed = refused(409, 'instance_closed');
        await race(
          'single',
          { send: approve('fin1'), first: ok, second: closed },
          {
            send: (run) => people.ada.post(`/process-instances/${run.instanceId}/withdraw`),
            first: ok,
            second: closed,
          },
        );
      },
      timeoutMs,
    );

    it(
      'approve or cancel, never both',
      async () => {
        const closed = refused(409, 'instance_closed');
        await race(
          'single',
          { send: approve('fin1'), first: ok, second: closed },
          {
            send: (run) => people.root.post(`/process-instances/${run.instanceId}/cancel`, { reason: 'raced' }),
            first: ok,
            second: closed,
          },
        );
      },
      timeoutMs,
    );

    for (const withMatch of [false, true]) {
      const label = withMatch ? 'with If-Match' : 'without If-Match';
      const late = withMatch ? refused(412, 'precondition_failed') : refused(409, 'already_decided');

      it(
        `transfer or approve, never both, ${label}`,
        async () => {
          await race(
            'single',
            { send: approve('fin1', { withMatch }), first: ok, second: late },
            {
              send: (run) => {
                const task = run.tasks.get('fin1');
                const headers = headersOf(task, { withMatch }, run);
                return people.fin1.post(`/approval-tasks/${task?.id}/transfer`, { toUserId: 'fin3' }, headers);
              },
              first: ok,
              second: late,
            },
          );
        },
        timeoutMs,
      );

      it(
        `return or approve, never both, ${label}`,
        async () => {
          await race(
            'any',
            { send: approve('fin2', { withMatch }), first: ok, second: late },
            {
              send: (run) => {
                const task = run.tasks.get('fin1');
                const headers = headersOf(task, { withMatch }, run);
                return people.fin1.post(`/approval-tasks/${task?.id}/return`, { to: 'START' }, headers);
              },
              first: ok,
              second: late,
            },
          );
        },
        timeoutMs,
      );
    }

    it(
      'treat a double click as one decision',
      async () => {
        const side = (): Side => ({
          send: approve('fin1'),
          first: ok,
          second: refused(409, 'already_decided', { by: 'fin1', action: 'approve' }),
        });
        await race('single', side(), side());
      },
      timeoutMs,
    );

    it(
      'answer a repeated request with the same Idempotency-Key as the first one',
      async () => {
        const replayed = (answer: Answer): void => {
          ok(answer);
          expect(answer.headers.get('Idempotency-Replayed')).toBe('true');
        };
        const side = (): Side => ({ send: approve('fin1', { key: 'click' }), first: ok, second: replayed });
        await race('single', side(), side());
      },
      timeoutMs,
    );

    it(
      'keep an instance on the version with which it started',
      async () => {
        const processId = await app.define(twoSteps('edited', { mode: 'any' }));
        const shorter = oneStep('edited', { mode: 'any' });
        for (let i = 0; i < Math.ceil(runs / 5); i += 1) {
          const run = await start('edited', i);
          const edit = async (): Promise<Answer> => people.root.send('PUT', `/processes/${processId}`, shorter);
          let edited: Answer | undefined;
          const [approved] = await barrier.race(run.instanceId, [
            async () => {
              const answer = approve('fin1')(run);
              edited = await edit();
              return answer;
            },
          ]);
          ok(approved as Answer);
          expect(edited?.status).toBe(200);
          expect((approved as Answer).body.instance).toMatchObject({
            status: 'running',
            currentNodes: [{ id: 'after' }],
          });
          expect(
            (await people.root.send('PUT', `/processes/${processId}`, twoSteps('edited', { mode: 'any' }))).status,
          ).toBe(200);
          await expectConsistent(run.instanceId);
        }
      },
      timeoutMs,
    );
  });
}
