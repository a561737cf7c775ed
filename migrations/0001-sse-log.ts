import { SqlMigration } from './sql-migration.js';
import { systemTable, tenantTable } from './tenant-table.js';

/** Schema `sse`: outbox, event log and what numbers it (delivery.md §2 "Tables"). The functions are in 0002 and 0003. */
export class SseLog1700000000001 extends SqlMigration {
  readonly name = 'SseLog1700000000001';

  protected readonly upSql = `
CREATE SCHEMA sse;
GRANT USAGE ON SCHEMA sse TO herald_app, herald_system;

-- Where publishers write, inside their own transaction. Nothing but the sequencer reads it.
CREATE TABLE sse.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  shard integer NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  audience text COLLATE "C" NOT NULL,
  recipients text[] COLLATE "C",
  type text NOT NULL,
  payload text NOT NULL,
  traceparent text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT outbox_pkey PRIMARY KEY (shard, xid, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = -1);
${tenantTable('sse.outbox')}${systemTable('sse.outbox')}
-- Not id, xid, created_at: a publisher cannot choose its place in the order.
GRANT INSERT (shard, tenant_id, audience, recipients, type, payload, traceparent) ON sse.outbox TO herald_app;
GRANT SELECT, DELETE ON sse.outbox TO herald_system;

-- The truth about durable events. day is the UTC day of numbering, so a day holds a whole range of seq of each tenant.
CREATE TABLE sse.event_log (
  tenant_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  audience text COLLATE "C" NOT NULL,
  recipients text[] COLLATE "C",
  type text NOT NULL,
  payload text NOT NULL,
  traceparent text,
  created_at timestamptz NOT NULL,
  day date NOT NULL,
  CONSTRAINT event_log_pkey PRIMARY KEY (tenant_id, seq, day)
) PARTITION BY RANGE (day);
CREATE INDEX event_log_audience ON sse.event_log (tenant_id, audience, seq);
CREATE TABLE sse.event_log_default PARTITION OF sse.event_log DEFAULT;
${tenantTable('sse.event_log')}${systemTable('sse.event_log')}
-- Queries through the parent obey the parent's policies alone; these two lines close the direct way.
ALTER TABLE sse.event_log_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.event_log_default FORCE ROW LEVEL SECURITY;
GRANT SELECT ON sse.event_log TO herald_app;
GRANT SELECT, INSERT, DELETE ON sse.event_log TO herald_system;

-- Rows on their way out of the default partition; empty outside of sse.maintain().
CREATE TABLE sse.event_log_moving (LIKE sse.event_log INCLUDING DEFAULTS);
${tenantTable('sse.event_log_moving')}${systemTable('sse.event_log_moving')}
GRANT SELECT, INSERT, DELETE ON sse.event_log_moving TO herald_system;

-- Events that could not be delivered as they were written; the log has a tombstone under the same seq.
CREATE TABLE sse.set_aside (
  tenant_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  audience text NOT NULL,
  recipients text[],
  type text NOT NULL,
  payload text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT set_aside_pkey PRIMARY KEY (tenant_id, seq)
);
${tenantTable('sse.set_aside')}${systemTable('sse.set_aside')}
GRANT SELECT ON sse.set_aside TO herald_app;
CREATE INDEX set_aside_age ON sse.set_aside (created_at);
GRANT SELECT, INSERT, DELETE ON sse.set_aside TO herald_system;

-- What survives of a tenant when its partitions are dropped.
CREATE TABLE sse.head (
  tenant_id text COLLATE "C" NOT NULL,
  checkpoint bigint NOT NULL DEFAULT 0,
  floor bigint NOT NULL DEFAULT 0,
  CONSTRAINT head_pkey PRIMARY KEY (tenant_id)
);
${tenantTable('sse.head')}${systemTable('sse.head')}
GRANT SELECT ON sse.head TO herald_app;
GRANT SELECT, INSERT, UPDATE ON sse.head TO herald_system;

CREATE TABLE sse.dedupe (
  tenant_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT dedupe_pkey PRIMARY KEY (tenant_id, key)
);
CREATE INDEX dedupe_expiry ON sse.dedupe (expires_at);
${tenantTable('sse.dedupe')}${systemTable('sse.dedupe')}
GRANT SELECT, INSERT, UPDATE (expires_at) ON sse.dedupe TO herald_app;
GRANT SELECT, UPDATE, DELETE ON sse.dedupe TO herald_system;

-- Below: no tenant's data. herald_app gets no grant and works through the functions of 0002.
CREATE TABLE sse.batch (
  shard integer NOT NULL,
  no bigint NOT NULL,
  heads jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT batch_pkey PRIMARY KEY (shard, no)
);
CREATE INDEX batch_at ON sse.batch (at);
GRANT SELECT, INSERT, DELETE ON sse.batch TO herald_system;

CREATE TABLE sse.lease (
  shard integer NOT NULL,
  owner text NOT NULL,
  term bigint NOT NULL,
  until timestamptz NOT NULL,
  CONSTRAINT lease_pkey PRIMARY KEY (shard)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
GRANT SELECT, INSERT, UPDATE ON sse.lease TO herald_system;

CREATE TABLE sse.log_identity (
  single boolean NOT NULL DEFAULT true,
  log_id uuid NOT NULL,
  timeline integer NOT NULL,
  system_identifier bigint NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT log_identity_pkey PRIMARY KEY (single),
  CONSTRAINT log_identity_single CHECK (single)
);
GRANT SELECT, INSERT, UPDATE ON sse.log_identity TO herald_system;
`;

  protected readonly downSql = `
DROP TABLE sse.log_identity, sse.lease, sse.batch, sse.dedupe, sse.head, sse.set_aside, sse.event_log_moving, sse.event_log, sse.outbox;
DROP SCHEMA sse;
`;
}
