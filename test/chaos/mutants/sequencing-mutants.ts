import type { Mutant } from './mutant.js';

const SEQUENCE = 'sse.sequence';
const CANDIDATES = `SELECT o.ctid AS row_at, o.id FROM sse.outbox o WHERE o.shard = p_shard AND o.xid >= v_from AND o.id <= v_up_to
      UNION ALL
      SELECT o.ctid, o.id FROM sse.outbox o WHERE o.shard = p_shard AND o.xid = ANY (v_open) AND o.id <= v_up_to`;

/** No server is ever refused: not by the lease, not by the term, not by the keys of the tables. */
const UNFENCED = {
  sql: `ALTER TABLE sse.event_log DROP CONSTRAINT event_log_pkey;
    CREATE INDEX event_log_seq ON sse.event_log (tenant_id, seq);
    ALTER TABLE sse.batch DROP CONSTRAINT batch_pkey;
    CREATE INDEX batch_no ON sse.batch (shard, no);`,
  code: [
    {
      file: 'sse/dist/adapters/postgres/event-log/sequencer.js',
      find: 'if (!this.deps.isTrusted())',
      replace: 'if (this.#stopped)',
    },
    {
      file: 'sse/dist/adapters/postgres/event-log/shard-leases.js',
      find: 'if (lease && renewed.has(shard))',
      replace: 'if (lease)',
    },
  ],
  functions: [{ fn: SEQUENCE, find: 'IF NOT FOUND THEN', replace: 'IF false THEN' }],
} as const;

/** Defects between the publisher's transaction and the event log. */
export const SEQUENCING_MUTANTS: readonly Mutant[] = [
  {
    name: 'id > cursor',
    because: 'ids are assigned at the insert, so a commit after a higher id is never read',
    scenario: 'busy',
    caughtAs: ['lost'],
    sql: `CREATE TABLE sse.mutant_cursor (id bigint); INSERT INTO sse.mutant_cursor VALUES (0);
      GRANT SELECT, UPDATE ON sse.mutant_cursor TO herald_system`,
    functions: [
      {
        fn: SEQUENCE,
        find: CANDIDATES,
        replace: `SELECT o.ctid AS row_at, o.id FROM sse.outbox o
      WHERE o.shard = p_shard AND o.id > (SELECT m.id FROM sse.mutant_cursor m)`,
      },
      {
        fn: SEQUENCE,
        find: 'aside AS (',
        replace: `moved_on AS (
    UPDATE sse.mutant_cursor SET id = greatest(id, (SELECT max(m.id) FROM moved m))
  ), aside AS (`,
      },
    ],
  },
  {
    name: 'snapshot after the scan',
    because: 'a commit between the two counts as read and was not',
    scenario: 'busy',
    caughtAs: ['lost'],
    functions: [
      { fn: SEQUENCE, find: 'snapshot := pg_current_snapshot();', replace: '' },
      { fn: SEQUENCE, find: 'RETURN NEXT;', replace: 'snapshot := pg_current_snapshot();\n  RETURN NEXT;' },
    ],
  },
  {
    name: 'seq from the identity column',
    because: 'rolled-back inserts leave gaps that look like losses',
    scenario: 'busy',
    caughtAs: ['hole'],
    functions: [
      {
        fn: SEQUENCE,
        find: 't.head + row_number() OVER (PARTITION BY m.tenant_id ORDER BY m.id) AS seq',
        replace: 'm.id AS seq',
      },
    ],
  },
  {
    name: 'publish before commit',
    because: 'the event is written on another connection and stays although its transaction is rolled back',
    scenario: 'busy',
    caughtAs: ['phantom'],
    code: [
      {
        file: 'sse/dist/adapters/postgres/event-log/outbox.js',
        find: 'const rows = await transaction.query(append.text, append.values);',
        replace: 'const { rows } = await this.pool.query(append);',
      },
    ],
  },
  {
    name: 'a full turn advances the snapshot',
    because: 'the rest of a backlog counts as read',
    scenario: 'backlog',
    caughtAs: ['lost'],
    code: [
      {
        file: 'sse/dist/adapters/postgres/event-log/sequencer.js',
        find: 'if (all && ',
        replace: 'if (',
      },
    ],
  },
  {
    name: 'a successor reads new rows only',
    because: 'commits from the time without a sequencer are never read',
    scenario: 'backlog',
    caughtAs: ['lost'],
    functions: [
      {
        fn: SEQUENCE,
        find: 'v_from xid8 := pg_snapshot_xmax(p_previous);',
        replace: `v_from xid8 := pg_snapshot_xmax(CASE WHEN p_previous::text = '1:1:' THEN pg_current_snapshot() ELSE p_previous END);`,
      },
    ],
  },
  {
    name: 'no fence',
    because: 'a paused owner resumes and assigns numbers concurrently with its successor',
    scenario: 'takeover',
    caughtAs: ['hole', 'lost', 'duplicate', 'phantom'],
    ...UNFENCED,
  },
  {
    name: 'two workers with SKIP LOCKED',
    because: 'the second worker assigns numbers to new rows while the first still holds older ones',
    scenario: 'takeover',
    caughtAs: ['causality'],
    sql: 'GRANT UPDATE ON sse.outbox TO herald_system',
    code: UNFENCED.code,
    functions: [
      ...UNFENCED.functions,
      {
        fn: SEQUENCE,
        find: CANDIDATES,
        replace:
          'SELECT o.ctid AS row_at, o.id FROM sse.outbox o WHERE o.shard = p_shard ORDER BY o.id FOR UPDATE SKIP LOCKED',
      },
    ],
  },
];
