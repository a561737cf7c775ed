/**
 * A model of the approvals of the legacy system and their defects: every statement commits on its own,
 * and nothing is checked. With it, the test of a defect shows that it finds the defect.
 */

/** A notification to one person. */
export interface SentNotification {
  readonly to: string;
  readonly about: string;
}

/** The stored fields of an instance. */
export interface StoredInstance {
  readonly title: string;
  readonly code: string;
  readonly applicantName: string;
  readonly form: Readonly<Record<string, unknown>>;
}

/** What both systems can do, so that one scenario tests both. A refused command answers false. */
export interface ApprovalSystem {
  /** Starts an instance of a process of the spec. */
  start(process: ProcessName, applicant: string, form?: Readonly<Record<string, unknown>>): Promise<string>;
  approve(user: string, id: string): Promise<boolean>;
  reject(user: string, id: string): Promise<boolean>;
  withdraw(user: string, id: string): Promise<boolean>;
  cancel(user: string, id: string, reason: string): Promise<boolean>;
  transfer(user: string, id: string, to: string): Promise<boolean>;
  delegate(user: string, id: string, to: string): Promise<boolean>;
  applicantOf(id: string): Promise<string>;
  statusOf(id: string): Promise<string>;
  /** The people with an open task. */
  openTasks(id: string): Promise<readonly string[]>;
  notificationsOf(id: string): Promise<readonly SentNotification[]>;
  /** The people who were asked for a decision. */
  asked(id: string): Promise<readonly string[]>;
  reasons(id: string): Promise<readonly string[]>;
  stored(id: string): Promise<StoredInstance>;
  /** The ids of the instances that a person lists without a filter, page by page. */
  listed(user: string): Promise<readonly string[]>;
  /** Whether a process with so many ended instances and one running instance can be deleted. */
  deletesInUse(finished: number): Promise<boolean>;
  /** Defines a process. */
  define(body: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly id: string }>;
  /** The HTTP status of reading a process. */
  read(processId: string): Promise<number>;
  /** The HTTP status of a request with a refresh token. */
  withRefreshToken(user: string): Promise<number>;
  /** A person approves and disconnects while the decision is made. */
  approveAndDisconnect(user: string, id: string): Promise<void>;
}

/** Who decides. `pair`: fin1 or fin2; `branch`: fin1 from 1,000; `manager`: the applicant's manager; `own`: the applicant. */
export type ProcessName = 'pair' | 'branch' | 'manager' | 'own';

interface Task {
  status: string;
  assignee: string;
}

interface Instance {
  readonly applicant: string;
  status: string;
  readonly tasks: Task[];
  readonly notifications: SentNotification[];
  readonly form: Readonly<Record<string, string>>;
}

/** Every handler acts as this user. */
const ONE_USER = '…0001';

const done = (): Promise<boolean> => Promise.resolve(true);

/** See {@link ApprovalSystem}. */
export class LegacyApprovals implements ApprovalSystem {
  readonly #instances: Instance[] = [];
  readonly #processes: { readonly workflowId: unknown }[] = [];
  /** Stored in another table, and lost. */
  readonly #workflows: ReadonlySet<unknown> = new Set();

  start(process: ProcessName, applicant: string, form: Readonly<Record<string, unknown>> = {}): Promise<string> {
    // 34: the manager column has the id of an employee, which no user has. 28: the first edge is taken, which leads to a
    // condition step that no code handles.
    const assignees = { pair: ['fin1', 'fin2'], branch: [], manager: ['employee-7'], own: [applicant] }[process];
    this.#instances.push({
      applicant: ONE_USER,
      status: 'pending',
      tasks: assignees.map((assignee) => ({ status: 'pending', assignee })),
      notifications: [],
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
    // The status of the instance is not checked (25), and the other tasks stay open (27).
    instance.status = status;
    // A rejection notifies the person who decided, an approval notifies no one (30).
    if (status === 'rejected') instance.notifications.push({ to: user, about: status });
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

  /** The struct changes, but the UPDATE has no such column (26). */
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

  notificationsOf(id: string): Promise<readonly SentNotification[]> {
    return Promise.resolve(this.#at(id).notifications);
  }

  asked(_id: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  reasons(_id: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  stored(id: string): Promise<StoredInstance> {
    return Promise.resolve({ title: '', code: '', applicantName: '', form: this.#at(id).form });
  }

  /** 33: without a filter no query runs. */
  listed(_user: string): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  /** 33: checks only the first ten instances. */
  deletesInUse(finished: number): Promise<boolean> {
    const statuses = [...Array.from({ length: finished }, () => 'approved'), 'pending'];
    return Promise.resolve(!statuses.slice(0, 10).includes('pending'));
  }

  /** 37: the rules are declared, and no code applies them. */
  define(body: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly id: string }> {
    this.#processes.push({ workflowId: body['workflow_id'] });
    return Promise.resolve({ status: 200, id: String(this.#processes.length - 1) });
  }

  /** 36: without a workflow, its name is read from nil. */
  read(processId: string): Promise<number> {
    const process = this.#processes[Number(processId)];
    if (process === undefined) return Promise.resolve(404);
    const hasWorkflow = this.#workflows.has(process.workflowId);
    return Promise.resolve(hasWorkflow ? 200 : 500);
  }

  /** 32: an access token and a refresh token look the same. */
  withRefreshToken(_user: string): Promise<number> {
    return Promise.resolve(200);
  }

  /** 38: the task is saved, and then the engine continues in the context of the request, which has ended. */
  approveAndDisconnect(user: string, id: string): Promise<void> {
    const task = this.#at(id).tasks.find(({ assignee }) => assignee === user);
    if (task !== undefined) task.status = 'approved';
    const request = AbortSignal.abort();
    if (!request.aborted) this.#at(id).status = 'approved';
    return Promise.resolve();
  }

  #at(id: string): Instance {
    const instance = this.#instances[Number(id)];
    if (instance === undefined) throw new Error(`There is no instance ${id}.`);
    return instance;
  }
}
