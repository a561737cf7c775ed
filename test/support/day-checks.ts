import { expect } from '@jest/globals';
import pg from 'pg';
import { DEMO_COMPANIES } from '../../src/demo/company/demo-company.js';
import type { DayReport } from '../../src/demo/day/day-report.js';
import { playDay } from '../../src/demo/day/play-day.js';
import { call } from './http.js';
import { eventually } from './notification-app.js';
import { type Service, startService, TEST_JWT_SECRET } from './service.js';
import { openStream, type StreamReader } from './stream-reader.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** How a simulated day runs. */
export interface TestedDay {
  readonly seed: number;
  readonly minutes: number;
  readonly people: number;
  readonly paceMs: number;
}

/** A simulated day on a service of its own, and the checks of its result. */
export class PlayedDay {
  private constructor(
    readonly service: Service,
    readonly database: TestDatabase,
    readonly sql: pg.Client,
    readonly report: DayReport,
    /** The stream of each watched user, open all day. */
    readonly streams: ReadonlyMap<string, StreamReader>,
    private readonly tokens: ReadonlyMap<string, string>,
  ) {}

  /** Simulates the day at `acme`. The streams of its fixed users are open from before the start. */
  static async play(day: TestedDay): Promise<PlayedDay> {
    const database = await createTestDatabase();
    const service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      DEMO_COMPANY: 'true',
    });
    const tokens = new Map<string, string>();
    const streams = new Map<string, StreamReader>();
    for (const { id } of DEMO_COMPANIES[0]?.employees.slice(0, 6) ?? []) {
      const { body } = await call(`${service.url}/api/v1/demo/sign-in`, { body: { userId: id } });
      tokens.set(id, body.accessToken);
      const stream = await openStream(service.url, { token: body.accessToken });
      await stream.until(({ event }) => event === 'connected');
      streams.set(id, stream);
    }
    const sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
    const report = await playDay({ baseUrl: service.url, tenant: 'acme', ...day }, () => undefined);
    return new PlayedDay(service, database, sql, report, streams, tokens);
  }

  async end(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => stream.close()));
    await this.sql.end();
    await this.service.stop();
    await this.database.drop();
  }

  private get(userId: string, path: string) {
    return call(`${this.service.url}/api/v1/${path}`, { token: this.tokens.get(userId) ?? '' });
  }

  /** The users performed every kind of action, and nothing forbidden happened. */
  expectWork(): void {
    expect(this.report.faults).toEqual([]);
    for (const what of ['approve', 'reject', 'return', 'transfer', 'submit purchase-orders', 'submit leave-requests']) {
      expect([what, (this.report.done[what] ?? 0) > 0]).toEqual([what, true]);
    }
  }

  /** Every request is in a documented state, and its document has the matching state. */
  async expectDocumentedStates(): Promise<void> {
    const { rows } = await this.sql.query<{ id: string; status: string; document: string | null }>(
      `select i.id, i.status, d.status as document from herald.apv_instance i
         left join (select tenant_id, id, status, instance_id from herald.demo_purchase_order
                    union all select tenant_id, id, status, instance_id from herald.demo_leave_request) d
           on d.tenant_id = i.tenant_id and d.instance_id = i.id::text
        where i.tenant_id = 'acme'`,
    );
    const known = new Map(rows.map((row) => [row.id, row]));
    expect([...this.report.instances.keys()].filter((id) => !known.has(id))).toEqual([]);
    expect(rows.filter(({ document }) => document !== null).length).toBeGreaterThanOrEqual(
      this.report.instances.size / 2,
    );
    const documents: Readonly<Record<string, string>> = {
      running: 'pending',
      suspended: 'pending',
      returned: 'returned',
      approved: 'approved',
      rejected: 'rejected',
      withdrawn: 'withdrawn',
      cancelled: 'cancelled',
    };
    for (const { id, status, document } of rows) {
      // A resubmitted document belongs to its newest request.
      expect([id, status, document ?? documents[status]]).toEqual([id, status, documents[status]]);
    }
    const stuck = await this.sql.query(
      `select i.id from herald.apv_instance i where i.tenant_id = 'acme' and i.status = 'running' and not exists
         (select from herald.apv_task t where t.tenant_id = i.tenant_id and t.instance_id = i.id and t.status = 'pending')`,
    );
    expect(stuck.rows).toEqual([]);
    const late = await this.sql.query(
      `select t.id from herald.apv_task t join herald.apv_instance i on i.tenant_id = t.tenant_id and i.id = t.instance_id
        where t.status in ('pending', 'waiting') and i.status not in ('running', 'suspended', 'returned')`,
    );
    expect(late.rows).toEqual([]);
  }

  /** The history contains each decision that the service accepted once, and no task was decided twice. */
  async expectEachDecisionOnce(): Promise<void> {
    const { rows } = await this.sql.query<{ task: string; actor_id: string; action: string }>(
      `select t.id as task, a.actor_id, a.action from herald.apv_action a
         join herald.apv_task t on t.tenant_id = a.tenant_id and t.instance_id = a.instance_id and t.key = a.task_key
        where a.tenant_id = 'acme' and a.from_status = 'pending'
          and a.action in ('approve', 'reject', 'return', 'transfer') and a.to_status is distinct from 'pending'`,
    );
    const written = rows.map(({ task, actor_id, action }) => `${task} ${actor_id} ${action}`);
    const expected = this.report.decisions.map(({ taskId, userId, verb }) => `${taskId} ${userId} ${verb}`);
    const decidedTasks = rows.map(({ task }) => task);
    expect(new Set(decidedTasks).size).toBe(decidedTasks.length);
    expect(new Set(expected).size).toBe(expected.length);
    // The head of purchasing also approved two requests while the demo data was loaded.
    const today = new Set(expected);
    expect(expected.filter((decision) => !written.includes(decision))).toEqual([]);
    expect(written.filter((decision) => !today.has(decision))).toHaveLength(2);
  }

  /** The audit chain of every request verifies. */
  async expectAuditVerifies(): Promise<void> {
    for (const id of this.report.instances.keys()) {
      const { body } = await this.get('acme.admin', `process-instances/${id}/verify`);
      expect([id, body.ok]).toEqual([id, true]);
    }
  }

  /** The counts of inboxes and tasks equal those of the rows, counted independently. */
  async expectCountsAgree(): Promise<void> {
    for (const userId of this.tokens.keys()) {
      const roles = DEMO_COMPANIES[0]?.employees.find(({ id }) => id === userId)?.roles ?? [];
      const { rows } = await this.sql.query<{ unread: number; tasks: number }>(RECOUNT, [
        userId,
        ['tenant', ...roles.map((role) => `role:${role}`)],
      ]);
      const counts = await this.get(userId, 'notifications/counts');
      const tasks = await this.get(userId, 'approval-tasks/my-tasks/count');
      expect([userId, counts.body.unread, tasks.body.count]).toEqual([userId, rows[0]?.unread, rows[0]?.tasks]);
    }
  }

  /** Every notification to a watched user arrived once on the user's open stream, in log order. */
  async expectStreamsComplete(): Promise<void> {
    for (const [userId, stream] of this.streams) {
      const { rows } = await this.sql.query<{ id: string }>(
        `select i.message_id as id from herald.ntf_item i
           join herald.ntf_message m on m.tenant_id = i.tenant_id and m.id = i.message_id
          where i.tenant_id = 'acme' and i.user_id = $1 and not i.by_audience and m.created_at > (
            select max(loaded_at) from herald.demo_load)`,
        [userId],
      );
      const received = () => stream.of('notification.created').map(({ data }) => JSON.parse(data).id as string);
      await eventually(() => {
        const seen = new Set(received());
        expect(rows.filter(({ id }) => !seen.has(id))).toEqual([]);
      });
      expect(new Set(received()).size).toBe(received().length);
      const positions = stream
        .events()
        .filter(({ id }) => id !== undefined)
        .map(({ id }) => Number(id?.split('.')[1]));
      expect(positions.filter((position, index) => index > 0 && position < (positions[index - 1] ?? 0))).toEqual([]);
    }
  }
}

/** Tampers with the rows, runs a check on them, and rolls back. @returns whether the check failed. */
export async function isNoticed(day: PlayedDay, tampering: string, check: () => Promise<void>): Promise<boolean> {
  await day.sql.query('begin');
  try {
    const { rowCount } = await day.sql.query(tampering);
    if (rowCount !== 1) throw new Error(`The statement must change one row, but changed ${rowCount}: ${tampering}`);
    await check();
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.includes('expect(')) return true;
    throw error;
  } finally {
    await day.sql.query('rollback');
  }
}

/** Counts the unread notifications and pending tasks of a user from the rows. "Mark all as read" does not occur in a simulated day. */
const RECOUNT = `
with held as (
  select unnest($2::text[]) collate "C" as key
  union select key from herald.ntf_membership where tenant_id = 'acme' and user_id = $1
), alive as (
  select * from herald.ntf_message
   where tenant_id = 'acme' and revoked_at is null and (expires_at is null or expires_at > now())
), own as (
  select i.* from herald.ntf_item i where i.tenant_id = 'acme' and i.user_id = $1
)
select ((select count(*) from own join alive on alive.id = own.message_id
          where own.read_at is null and own.archived_at is null and own.deleted_at is null
            and (own.snoozed_until is null or own.snoozed_until <= now()))
      + (select count(distinct a.message_id) from herald.ntf_audience a
           join held on held.key = a.key join alive on alive.id = a.message_id
          where a.tenant_id = 'acme' and a.message_id not in (select message_id from own)))::int as unread,
  (select count(*)::int from herald.apv_task
    where tenant_id = 'acme' and assignee_id = $1 and status = 'pending') as tasks`;
