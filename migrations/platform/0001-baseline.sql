-- Schema herald: what the feature packages share.
GRANT USAGE ON SCHEMA herald TO herald_app, herald_system;

-- Answers kept for Idempotency-Key.
CREATE TABLE herald.idempotency (
  tenant_id text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  request_sha256 bytea NOT NULL,
  status integer,
  response jsonb,
  expires_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '24 hours',
  CONSTRAINT idempotency_pkey PRIMARY KEY (tenant_id, actor_id, key)
);
CREATE INDEX idempotency_expiry ON herald.idempotency (expires_at);
ALTER TABLE herald.idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE herald.idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON herald.idempotency
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
CREATE POLICY system ON herald.idempotency TO herald_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON herald.idempotency TO herald_app;
GRANT SELECT, DELETE ON herald.idempotency TO herald_system;
