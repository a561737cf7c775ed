import type { DemoEmployee } from '../company/demo-company.js';
import type { SeededRandom } from '../company/seeded-random.js';
import type { DayDecision, DayReport } from './day-report.js';
import { type ApiAnswer, type HeraldApi, UnexpectedAnswer } from './herald-api.js';
import { randomLeave, randomOrder, type Phrases } from './random-documents.js';

/** What a {@link DayActor} needs. */
export interface ActorOptions {
  readonly person: DemoEmployee;
  readonly api: HeraldApi;
  readonly random: SeededRandom;
  readonly phrases: Phrases;
  readonly report: DayReport;
  /** Ids of all participants. */
  readonly colleagues: readonly string[];
  /** Prints what the person did. */
  readonly log: (what: string) => void;
}

interface Task {
  readonly id: string;
  readonly instanceId: string;
  readonly title: string;
  readonly applicantId: string;
  readonly revision: number;
}

/** Refusals to expect when several people act at once: another person was faster, or the process does not allow it. */
const EXPECTED_REFUSALS = new Set([
  'already_decided',
  'instance_closed',
  'not_assignee',
  'invalid_transition',
  'precondition_failed',
  'already_assigned',
  'invalid_assignee',
  'max_rounds',
]);

/** Acts as one person: decides waiting tasks, submits documents, sends notifications. */
export class DayActor {
  constructor(private readonly options: ActorOptions) {}

  /** Does one action. @throws UnexpectedAnswer for a refusal that is not expected. */
  async act(): Promise<void> {
    const { random } = this.options;
    const waiting = await this.#waiting();
    const task = waiting.length > 0 && random.chance(0.75) ? random.pick(waiting) : null;
    if (task !== null) return this.#decide(task);
    const draw = random.next();
    if (draw < 0.45) return this.#submit('purchase-orders', randomOrder(random, this.options.phrases));
    if (draw < 0.62) return this.#submit('leave-requests', randomLeave(random, this.options.phrases, new Date()));
    if (draw < 0.74) return this.#withdrawOrResubmit();
    if (draw < 0.87) return this.#send();
    return this.#read();
  }

  async #waiting(): Promise<readonly Task[]> {
    const page = await this.options.api.requireOk('GET', 'approval-tasks/my-tasks?status=pending&limit=20');
    return page['items'] as readonly Task[];
  }

  async #decide(task: Task): Promise<void> {
    const { random, phrases, colleagues } = this.options;
    const draw = random.next();
    if (draw < 0.74) return this.#verb(task, 'approve', { comment: random.pick(phrases.approvals) });
    if (draw < 0.84) return this.#verb(task, 'reject', { comment: random.pick(phrases.rejections) });
    if (draw < 0.92) return this.#verb(task, 'return', { to: 'START', comment: random.pick(phrases.returns) });
    const others = colleagues.filter((id) => id !== this.options.person.id && id !== task.applicantId);
    if (others.length > 0) return this.#verb(task, 'transfer', { toUserId: random.pick(others) });
  }

  async #verb(task: Task, verb: DayDecision['verb'], body: Readonly<Record<string, string>>): Promise<void> {
    const { api, report, person, log } = this.options;
    const answer = await api.request('POST', `approval-tasks/${task.id}/${verb}`, body);
    if (this.#isRefused(answer, `${verb} ${task.id}`)) return;
    report.count(verb);
    report.decisions.push({ taskId: task.id, instanceId: task.instanceId, userId: person.id, verb });
    log(`${VERB_TEXTS[verb]} “${task.title}”${verb === 'transfer' ? ` to ${body['toUserId']}` : ''}`);
  }

  async #submit(kind: 'purchase-orders' | 'leave-requests', document: unknown): Promise<void> {
    const { api, report, log } = this.options;
    const draft = await api.requireOk('POST', kind, document);
    const submitted = await api.requireOk('POST', `${kind}/${String(draft['id'])}/submit`, {});
    report.instances.set(String(submitted['instanceId']), String(draft['id']));
    report.count(`submit ${kind}`);
    log(`submits ${String(draft['id'])}`);
  }

  async #withdrawOrResubmit(): Promise<void> {
    const { api, random, report, log } = this.options;
    const page = await api.requireOk('GET', 'process-instances/my-applications?status=pending&limit=20');
    const own = page['items'] as readonly { readonly id: string; readonly status: string; readonly title: string }[];
    const returned = own.filter(({ status }) => status === 'returned');
    const verb = returned.length > 0 ? 'resubmit' : random.chance(0.3) ? 'withdraw' : null;
    const candidates = verb === 'resubmit' ? returned : own;
    if (verb === null || candidates.length === 0) return;
    const instance = random.pick(candidates);
    const answer = await api.request('POST', `process-instances/${instance.id}/${verb}`, {});
    if (this.#isRefused(answer, `${verb} ${instance.id}`)) return;
    report.count(verb);
    log(`${verb === 'resubmit' ? 'submits again' : 'withdraws'} “${instance.title}”`);
  }

  async #send(): Promise<void> {
    const { api, random, phrases, person, colleagues, report, log } = this.options;
    const { title, content } = random.pick(phrases.notes);
    const department = person.departmentIds[0];
    const maySendToDepartment =
      department !== undefined && person.permissions.some((name) => /:(broadcast|\*)$/.test(name));
    const to =
      maySendToDepartment && random.chance(0.5) ? { departments: [department] } : { users: [random.pick(colleagues)] };
    await api.requireOk('POST', 'notifications', { to, title, content, category: 'message' });
    report.count('send');
    log(`sends “${title}”`);
  }

  async #read(): Promise<void> {
    const { api, report } = this.options;
    const page = await api.requireOk('GET', 'notifications?state=unread&limit=5');
    const ids = (page['items'] as readonly { readonly id: string }[]).map(({ id }) => id);
    if (ids.length === 0) return;
    await api.requireOk('PUT', 'notifications/read', { ids });
    report.count('read');
  }

  /** @throws UnexpectedAnswer for a refusal that is not expected. */
  #isRefused(answer: ApiAnswer, what: string): boolean {
    if (answer.status < 400) return false;
    const code = String(answer.body['code']);
    if (!EXPECTED_REFUSALS.has(code)) throw new UnexpectedAnswer(what, answer);
    this.options.report.countRefusal(code);
    return true;
  }
}

const VERB_TEXTS: Readonly<Record<DayDecision['verb'], string>> = {
  approve: 'approves',
  reject: 'rejects',
  return: 'returns',
  transfer: 'transfers',
};
