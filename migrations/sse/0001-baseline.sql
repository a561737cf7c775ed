-- Schema sse: outbox, event log, sequencing, presence and control.
-- Runs as herald_owner. Rows of tenants are visible to herald_system and, one tenant at a time, to herald_app.
CREATE SCHEMA sse;
GRANT USAGE ON SCHEMA sse TO herald_app, herald_system;

-- Publishers write here inside their own transaction. Only the sequencer reads it.
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
ALTER TABLE sse.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.outbox
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.outbox TO herald_system USING (true) WITH CHECK (true);
-- Without id, xid and created_at: a publisher cannot choose its position in the order.
GRANT INSERT (shard, tenant_id, audience, recipients, type, payload, traceparent) ON sse.outbox TO herald_app;
GRANT SELECT, DELETE, UPDATE (shard) ON sse.outbox TO herald_system;

-- The truth about durable events. day is the UTC day of sequencing, so a day holds one range of seq of each tenant.
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
ALTER TABLE sse.event_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.event_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.event_log
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.event_log TO herald_system USING (true) WITH CHECK (true);
-- The parent's policies bind only queries through the parent. These two lines close direct access.
ALTER TABLE sse.event_log_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.event_log_default FORCE ROW LEVEL SECURITY;
GRANT SELECT ON sse.event_log TO herald_app;
GRANT SELECT, INSERT, DELETE ON sse.event_log TO herald_system;

-- Rows that leave the default partition. Empty except while sse.maintain() runs.
CREATE TABLE sse.event_log_moving (LIKE sse.event_log INCLUDING DEFAULTS);
ALTER TABLE sse.event_log_moving ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.event_log_moving FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.event_log_moving
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.event_log_moving TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON sse.event_log_moving TO herald_system;

-- Events that could not be delivered as written. The log has a tombstone with the same seq.
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
CREATE INDEX set_aside_age ON sse.set_aside (created_at);
ALTER TABLE sse.set_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.set_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.set_aside
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.set_aside TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT ON sse.set_aside TO herald_app;
GRANT SELECT, INSERT, DELETE ON sse.set_aside TO herald_system;

-- What remains of a tenant's positions when its partitions are dropped.
CREATE TABLE sse.head (
  tenant_id text COLLATE "C" NOT NULL,
  checkpoint bigint NOT NULL DEFAULT 0,
  floor bigint NOT NULL DEFAULT 0,
  CONSTRAINT head_pkey PRIMARY KEY (tenant_id)
);
ALTER TABLE sse.head ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.head FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.head
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.head TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT ON sse.head TO herald_app;
GRANT SELECT, INSERT, UPDATE ON sse.head TO herald_system;

CREATE TABLE sse.dedupe (
  tenant_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT dedupe_pkey PRIMARY KEY (tenant_id, key)
);
CREATE INDEX dedupe_expiry ON sse.dedupe (expires_at);
ALTER TABLE sse.dedupe ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.dedupe FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.dedupe
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.dedupe TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (expires_at) ON sse.dedupe TO herald_app;
GRANT SELECT, UPDATE, DELETE ON sse.dedupe TO herald_system;

-- The next four tables hold no data of tenants. herald_app has no grant on them and calls functions.
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

-- A backup restored next to or over its original has the original's timeline and cluster, but another database or other
-- tables. So the identity records those too.
CREATE TABLE sse.log_identity (
  single boolean NOT NULL DEFAULT true,
  log_id uuid NOT NULL,
  timeline integer NOT NULL,
  system_identifier bigint NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  database_oid oid,
  table_oid oid,
  CONSTRAINT log_identity_pkey PRIMARY KEY (single),
  CONSTRAINT log_identity_single CHECK (single)
);
GRANT SELECT, INSERT, UPDATE ON sse.log_identity TO herald_system;

-- The number of shards of this log. All servers use the same one: two sequencers of one tenant would have no common order.
CREATE TABLE sse.layout (
  single boolean NOT NULL DEFAULT true,
  shards integer NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT layout_pkey PRIMARY KEY (single),
  CONSTRAINT layout_single CHECK (single)
);
GRANT SELECT, INSERT, UPDATE ON sse.layout TO herald_system;

-- One row per running process. Its connections count while its lease (until) runs.
-- watched: tenants whose presence the server's own code follows.
CREATE TABLE sse.node (
  node_id text COLLATE "C" NOT NULL,
  boot_id uuid NOT NULL,
  until timestamptz NOT NULL,
  draining boolean NOT NULL DEFAULT false,
  watched text[] COLLATE "C" NOT NULL DEFAULT '{}',
  CONSTRAINT node_pkey PRIMARY KEY (node_id, boot_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON sse.node TO herald_system;

CREATE TABLE sse.connection (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  connection_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  boot_id uuid NOT NULL,
  device text NOT NULL,
  transport text NOT NULL,
  sid text,
  topics text[] NOT NULL DEFAULT '{}',
  since timestamptz NOT NULL,
  CONSTRAINT connection_pkey PRIMARY KEY (tenant_id, connection_id),
  CONSTRAINT connection_transport CHECK (transport IN ('sse', 'poll', 'ws'))
);
CREATE INDEX connection_user ON sse.connection (tenant_id, user_id);
CREATE INDEX connection_node ON sse.connection (node_id, boot_id);
-- Tenants in which a connection follows the topic presence itself. No pattern matches that topic.
CREATE INDEX connection_presence ON sse.connection (tenant_id) WHERE 'presence' = ANY (topics);
ALTER TABLE sse.connection ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.connection FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.connection
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.connection TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT ON sse.connection TO herald_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sse.connection TO herald_system;

-- Sessions. A session begins with a user's first connection and ends when the user has had none for the grace period (10 s).
-- generation numbers the sessions. ends_at is infinity while the user is connected, a time during the grace period, and
-- NULL after the end. Only the server that ends a session announces the end, and only then can the next one begin: each
-- session has one beginning and one end.
--
-- A server locks the user's row before it opens or closes a connection of that user. So no other server changes the user's
-- connections at the same time, and exactly one of two concurrent transitions sees each change.
-- Lock order everywhere: node, then last_seen by (tenant_id, user_id), then connection. A connection's row is written by its
-- own server, which holds the node's row FOR KEY SHARE, or removed by a transaction that holds the node's row FOR UPDATE.
CREATE TABLE sse.last_seen (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  ends_at timestamptz,
  CONSTRAINT last_seen_pkey PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX last_seen_ending ON sse.last_seen (ends_at) WHERE ends_at < 'infinity';
ALTER TABLE sse.last_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.last_seen FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.last_seen
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.last_seen TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT ON sse.last_seen TO herald_app;
GRANT SELECT, INSERT, UPDATE ON sse.last_seen TO herald_system;

-- Stores the hash of a ticket, never the ticket.
CREATE TABLE sse.ticket (
  hash bytea NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  principal jsonb NOT NULL,
  origin text,
  expires_at timestamptz NOT NULL,
  CONSTRAINT ticket_pkey PRIMARY KEY (hash),
  CONSTRAINT ticket_hash CHECK (octet_length(hash) = 32)
);
CREATE INDEX ticket_expiry ON sse.ticket (expires_at);
ALTER TABLE sse.ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.ticket FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.ticket
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.ticket TO herald_system USING (true) WITH CHECK (true);
GRANT INSERT ON sse.ticket TO herald_app;
GRANT SELECT, DELETE ON sse.ticket TO herald_system;

-- Exactly one of user_id, sid and jti, or none of them for the whole tenant.
CREATE TABLE sse.revocation (
  tenant_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id text COLLATE "C",
  sid text COLLATE "C",
  jti text COLLATE "C",
  not_before timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT revocation_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT revocation_target CHECK (num_nonnulls(user_id, sid, jti) <= 1)
);
CREATE INDEX revocation_expiry ON sse.revocation (expires_at);
-- Servers ask for the revocations of a tenant that are still in force.
CREATE INDEX revocation_in_force ON sse.revocation (tenant_id, expires_at);
ALTER TABLE sse.revocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.revocation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.revocation
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.revocation TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON sse.revocation TO herald_app;
GRANT SELECT, DELETE ON sse.revocation TO herald_system;

-- Server requests and their answers (ADR 0010). Only functions have grants: a login that can only NOTIFY and LISTEN can
-- neither forge nor read what a server executes.
-- UNLOGGED: a server request lives for seconds, and the sender of one that a crash lost gets 504.
CREATE UNLOGGED TABLE sse.control (
  id text COLLATE "C" NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  request jsonb NOT NULL,
  taken_at timestamptz,
  answer jsonb,
  expires_at timestamptz NOT NULL,
  CONSTRAINT control_pkey PRIMARY KEY (id)
);
CREATE INDEX control_expiry ON sse.control (expires_at);
ALTER TABLE sse.control ENABLE ROW LEVEL SECURITY;
ALTER TABLE sse.control FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sse.control
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON sse.control TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON sse.control TO herald_system;
