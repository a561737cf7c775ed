/**
 * The approvals of the system before this one, as small as their defects allow (origin.md §1.6, 23–38): every step a statement
 * of its own, nothing checked. Kept so that every test named after a defect can show that it would see it.
 */

/** Somebody was told something. */
export interface Notice {
  readonly to: string;
  readonly about: string;
}

/** What is kept of a request. */
export interface StoredRequest {
  readonly title: string;
  readonly code: string;
  readonly applicantName: string;
  readonly form: Readonly<Record<string, unknown>>;
}

/** What both systems can do, so that one scenario judges both. A refused step answers false. */
export interface ApprovalSystem {
  /** A process by the way that it goes; see the spec. */
  start(process: ProcessName, applicant: string, form?: Readonly<Record<string, unknown>>): Promise<string>;
  approve(user: string, id: string): Promise<boolean>;
  reject(user: string, id: string): Promise<boolean>;
  withdraw(user: string, id: string): Promise<boolean>;
  cancel(user: string, id: string, reason: string): Promise<boolean>;
  transfer(user: string, id: string, to: string): Promise<boolean>;
  delegate(user: string, id: string, to: string): Promise<boolean>;
  applicantOf(id: string): Promise<string>;
  statusOf(id: string): Promise<string>;
  /** Who has an open task. */
  openTasks(id: string): Promise<readonly string[]>;
  toldOf(id: string): Promise<readonly Notice[]>;
  /** Who was asked for a decision. */
  asked(id: string): Promise<readonly string[]>;
  reasons(id: string): Promise<readonly string[]>;
  stored(id: string): Promise<StoredRequest>;
  /** Ids of the requests that a person sees without any filter, page by page. */
  listed(user: string): Promise<readonly string[]>;
  /** A process of its own with so many finished requests and one under way; whether it could be deleted then. */
  deletesInUse(finished: number): Promise<boolean>;
  /** Defines a process whose drawing is elsewhere. */
  define(body: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly id: string }>;
  /** Status of reading a process. */
  read(processId: string): Promise<number>;
  /** Status of asking with a refresh token of somebody. */
  withRefreshToken(user: string): Promise<number>;
  /** Somebody decides and hangs up while the decision is being made. */
  approveAndHangUp(user: string, id: string): Promise<void>;
}

/** `pair`: fin1 or fin2; `branch`: fin1 from 1,000 on, else nobody; `manager`: the applicant's manager; `own`: the applicant. */
export type ProcessName = 'pair' | 'branch' | 'manager' | 'own';

interface Task {
  status: string;
  assignee: string;
}

interface Instance {
  readonly applicant: string;
  status: string;
  readonly tasks: Task[];
  readonly notices: Notice[];
  readonly form: Readonly<Record<string, string>>;
}

/** Every handler acts as this one. */
const ONE_USER = '…0001';

const done = (): Promise<boolean> => Promise.resolve(true);

export class OriginApprovals implements ApprovalSystem {
  readonly #instances: Instance[] = [];
  readonly #processes: { readonly workflowId: unknown }[] = [];
  /** Kept elsewhere, and gone. */
  readonly #workflows: ReadonlySet<unknown> = new Set();

  start(process: ProcessName, applicant: string, form: Readonly<Record<string, unknown>> = {}): Promise<string> {
    // 34: the column of the superior holds the id of an employee, which no user has. 28: the first edge, which leads to a
    // condition node that nothing handles.
    const assignees = { pair: ['fin1', 'fin2'], branch: [], manager: ['employee-7'], own: [applicant] }[process];
    this.#instances.push({
      applicant: ONE_USER,
      status: 'pending',
      tasks: assignees.map((assignee) => ({ status: 'pending', assignee })),
      notices: [],
      form: Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)])),
    });
    return Promise.resolve(String(this.#instances.length - 1));
  }

  approve(user: string, id: string): Promise<boolean> {
    return this.#decide(user, id, 'approved');
  }

  reject(user: string, id: string): Promise<boolean> {
    return this.#decide(user, id, 'rejected');
  }

  #decide(user: string, id: string, status: string): Promise<boolean> {
    const instance = this.#at(id);
    const task = instance.tasks.find((other) => other.assignee === user) ?? instance.tasks[0];
    if (task !== undefined) task.status = status;
    // No look at the instance (25), and the siblings stay as they are (27).
    instance.status = status;
    // To the one who decided (30); an approval is told to nobody.
    if (status === 'rejected') instance.notices.push({ to: user, about: status });
    return done();
  }

  withdraw(_user: string, id: string): Promise<boolean> {
    this.#at(id).status = 'withdrawn';
    return done();
  }

  cancel(_user: string, id: string, _reason: string): Promise<boolean> {
    this.#at(id).status = 'cancelled';
    return done();
  }

  /** The struct is changed; the UPDATE has no column for it (26). */
  transfer(_user: string, _id: string, _to: string): Promise<boolean> {
    return done();
  }

  delegate(user: string, id: string, to: string): Promise<boolean> {
    return this.transfer(user, id, to);
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

  asked(_id: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  reasons(_id: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  stored(id: string): Promise<StoredRequest> {
    return Promise.resolve({ title: '', code: '', applicantName: '', form: this.#at(id).form });
  }

  /** 33: without a filter there is no branch that would ask. */
  listed(_user: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  /** 33: looks at the first ten requests only. */
  deletesInUse(finished: number): Promise<boolean> {
    const statuses = [...Array.from({ length: finished }, () => 'approved'), 'pending'];
    return Promise.resolve(!statuses.slice(0, 10).includes('pending'));
  }

  /** 37: the rules stand in the message's definition, and nothing asks them. */
  define(body: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly id: string }> {
    this.#processes.push({ workflowId: body['workflow_id'] });
    return Promise.resolve({ status: 200, id: String(this.#processes.length - 1) });
  }

  /** 36: whatever workflow there should be, its name is read from nil. */
  read(processId: string): Promise<number> {
    const process = this.#processes[Number(processId)];
    if (process === undefined) return Promise.resolve(404);
    const hasWorkflow = this.#workflows.has(process.workflowId);
    return Promise.resolve(hasWorkflow ? 200 : 500);
  }

  /** 32: nothing in a token says what it is for. */
  withRefreshToken(_user: string): Promise<number> {
    return Promise.resolve(200);
  }

  /** 38: the task is saved, then the engine goes on in the context of the request, which is over. */
  approveAndHangUp(user: string, id: string): Promise<void> {
    const task = this.#at(id).tasks.find(({ assignee }) => assignee === user);
    if (task !== undefined) task.status = 'approved';
    const request = AbortSignal.abort();
    if (!request.aborted) this.#at(id).status = 'approved';
    return Promise.resolve();
  }

  #at(id: string): Instance {
    const instance = this.#instances[Number(id)];
    if (instance === undefined) throw new Error('nothing there');
    return instance;
  }
}
