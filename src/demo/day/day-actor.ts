import type { DemoEmployee } from '../company/demo-company.js';
import type { SeededRandom } from '../company/seeded-random.js';
import type { DayDecision, DayReport } from './day-report.js';
import { type ApiAnswer, type HeraldApi, UnexpectedAnswer } from './herald-api.js';
import { leaveWish, orderWish, type Phrases } from './random-documents.js';

/** What somebody needs for their day. */
export interface ActorParts {
  readonly person: DemoEmployee;
  readonly api: HeraldApi;
  readonly random: SeededRandom;
  readonly phrases: Phrases;
  readonly report: DayReport;
  /** Ids of the others who are at work. */
  readonly colleagues: readonly string[];
  /** Tells one line. */
  readonly say: (what: string) => void;
}

interface Task {
  readonly id: string;
  readonly instanceId: string;
  readonly title: string;
  readonly applicantId: string;
  readonly revision: number;
}

/** Refusals that are nobody's fault when several act at once: somebody else was faster, or the rules say no. */
const LOST_RACES = new Set([
  'already_decided',
  'instance_closed',
  'not_assignee',
  'invalid_transition',
  'precondition_failed',
  'already_assigned',
  'invalid_assignee',
  'max_rounds',
]);

/** One person's way of working: look at what waits, decide some of it, ask for things, write to others. */
export class DayActor {
  constructor(private readonly parts: ActorParts) {}

  /** Does one thing. @throws UnexpectedAnswer for a refusal that no day explains. */
  async act(): Promise<void> {
    const { random } = this.parts;
    const waiting = await this.#waiting();
    const task = waiting.length > 0 && random.chance(0.75) ? random.pick(waiting) : null;
    if (task !== null) return this.#decide(task);
    const draw = random.next();
    if (draw < 0.45) return this.#request('purchase-orders', orderWish(random, this.parts.phrases));
    if (draw < 0.62) return this.#request('leave-requests', leaveWish(random, this.parts.phrases, new Date()));
    if (draw < 0.74) return this.#takeBackOrResubmit();
    if (draw < 0.87) return this.#write();
    return this.#read();
  }

  async #waiting(): Promise<readonly Task[]> {
    const page = await this.parts.api.expect('GET', 'approval-tasks/my-tasks?status=pending&limit=20');
    return page['items'] as readonly Task[];
  }

  async #decide(task: Task): Promise<void> {
    const { random, phrases, colleagues } = this.parts;
    const draw = random.next();
    if (draw < 0.74) return this.#verb(task, 'approve', { comment: random.pick(phrases.approvals) });
    if (draw < 0.84) return this.#verb(task, 'reject', { comment: random.pick(phrases.rejections) });
    if (draw < 0.92) return this.#verb(task, 'return', { to: 'START', comment: random.pick(phrases.returns) });
    const others = colleagues.filter((id) => id !== this.parts.person.id && id !== task.applicantId);
    if (others.length > 0) return this.#verb(task, 'transfer', { toUserId: random.pick(others) });
  }

  async #verb(task: Task, verb: DayDecision['verb'], body: Readonly<Record<string, string>>): Promise<void> {
    const { api, report, person, say } = this.parts;
    const answer = await api.ask('POST', `approval-tasks/${task.id}/${verb}`, body);
    if (this.#isRefused(answer, `${verb} ${task.id}`)) return;
    report.count(verb);
    report.decisions.push({ taskId: task.id, instanceId: task.instanceId, userId: person.id, verb });
    say(`${PAST[verb]} “${task.title}”${verb === 'transfer' ? ` to ${body['toUserId']}` : ''}`);
  }

  async #request(kind: 'purchase-orders' | 'leave-requests', wish: unknown): Promise<void> {
    const { api, report, say } = this.parts;
    const draft = await api.expect('POST', kind, wish);
    const submitted = await api.expect('POST', `${kind}/${String(draft['id'])}/submit`, {});
    report.instances.set(String(submitted['instanceId']), String(draft['id']));
    report.count(`submit ${kind}`);
    say(`submits ${String(draft['id'])}`);
  }

  async #takeBackOrResubmit(): Promise<void> {
    const { api, random, report, say } = this.parts;
    const page = await api.expect('GET', 'process-instances/my-applications?status=pending&limit=20');
    const own = page['items'] as readonly { readonly id: string; readonly status: string; readonly title: string }[];
    const returned = own.filter(({ status }) => status === 'returned');
    const verb = returned.length > 0 ? 'resubmit' : random.chance(0.3) ? 'withdraw' : null;
    const candidates = verb === 'resubmit' ? returned : own;
    if (verb === null || candidates.length === 0) return;
    const instance = random.pick(candidates);
    const answer = await api.ask('POST', `process-instances/${instance.id}/${verb}`, {});
    if (this.#isRefused(answer, `${verb} ${instance.id}`)) return;
    report.count(verb);
    say(`${verb === 'resubmit' ? 'submits again' : 'withdraws'} “${instance.title}”`);
  }

  async #write(): Promise<void> {
    const { api, random, phrases, person, colleagues, report, say } = this.parts;
    const { title, content } = random.pick(phrases.notes);
    const department = person.departmentIds[0];
    const isWide = department !== undefined && person.permissions.some((name) => /:(broadcast|\*)$/.test(name));
    const to = isWide && random.chance(0.5) ? { departments: [department] } : { users: [random.pick(colleagues)] };
    await api.expect('POST', 'notifications', { to, title, content, category: 'message' });
    report.count('write');
    say(`writes “${title}”`);
  }

  async #read(): Promise<void> {
    const { api, report } = this.parts;
    const page = await api.expect('GET', 'notifications?state=unread&limit=5');
    const ids = (page['items'] as readonly { readonly id: string }[]).map(({ id }) => id);
    if (ids.length === 0) return;
    await api.expect('PUT', 'notifications/read', { ids });
    report.count('read');
  }

  /** @throws UnexpectedAnswer when the refusal is none of those that a day brings. */
  #isRefused(answer: ApiAnswer, what: string): boolean {
    if (answer.status < 400) return false;
    const code = String(answer.body['code']);
    if (!LOST_RACES.has(code)) throw new UnexpectedAnswer(what, answer);
    this.parts.report.countRefusal(code);
    return true;
  }
}

const PAST: Readonly<Record<DayDecision['verb'], string>> = {
  approve: 'approves',
  reject: 'rejects',
  return: 'returns',
  transfer: 'transfers',
};
