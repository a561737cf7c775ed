import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isNoticed, PlayedDay } from '../support/day-checks.js';

describe('Simulated day with 8 users at once', () => {
  let day: PlayedDay;

  beforeAll(async () => {
    day = await PlayedDay.play({ seed: 20_261_121, minutes: 0.13, people: 8, paceMs: 60 });
  }, 90_000);
  afterAll(async () => {
    await day?.end();
  });

  it('performs work of every kind and nothing forbidden', () => {
    day.expectWork();
    expect(day.report.instances.size).toBeGreaterThan(10);
  });

  it('leaves each request in a documented state, with its document in the same state', () =>
    day.expectDocumentedStates());

  it('records each decision once', () => day.expectEachDecisionOnce());

  it('leaves audit chains that verify', () => day.expectAuditVerifies());

  it('shows inboxes and counts that agree with the rows', () => day.expectCountsAgree());

  it('delivers every event once and in order', () => day.expectStreamsComplete());

  it('fails its checks when a state, a decision or a count is wrong', async () => {
    const first = (table: string, where: string): string =>
      `(select ctid from herald.${table} where tenant_id = 'acme' and ${where} limit 1)`;
    const noticed = [
      await isNoticed(
        day,
        `update herald.apv_instance set status = 'rejected' where ctid = ${first('apv_instance', `status = 'approved' and business_id is not null`)}`,
        () => day.expectDocumentedStates(),
      ),
      await isNoticed(
        day,
        `update herald.apv_task set status = 'skipped' where ctid = ${first('apv_task', `status = 'pending' and node_id = 'manager'`)}`,
        () => day.expectDocumentedStates(),
      ),
      await isNoticed(
        day,
        `insert into herald.apv_action select (jsonb_populate_record(a, '{"n":100000}')).* from herald.apv_action a
          where ctid = ${first('apv_action', `action = 'approve' and from_status = 'pending'`)}`,
        () => day.expectEachDecisionOnce(),
      ),
      await isNoticed(
        day,
        `update herald.ntf_item set read_at = null, archived_at = null, deleted_at = null
          where (tenant_id, user_id, message_id) = (select tenant_id, user_id, message_id from herald.ntf_item
            where tenant_id = 'acme' and user_id = 'acme.manager' and read_at is not null limit 1)`,
        () => day.expectCountsAgree(),
      ),
    ];
    expect(noticed).toEqual([true, true, true, true]);
    await day.expectDocumentedStates();
    await day.expectEachDecisionOnce();
    await day.expectCountsAgree();
  });
});

describe('Long simulated day with 24 users at once', () => {
  let day: PlayedDay;

  beforeAll(async () => {
    day = await PlayedDay.play({ seed: 2, minutes: 0.8, people: 24, paceMs: 20 });
  }, 180_000);
  afterAll(async () => {
    await day?.end();
  });

  it('ends with correct states, decisions, history, counts and streams', async () => {
    day.expectWork();
    await day.expectDocumentedStates();
    await day.expectEachDecisionOnce();
    await day.expectAuditVerifies();
    await day.expectCountsAgree();
    await day.expectStreamsComplete();
  }, 120_000);
});
