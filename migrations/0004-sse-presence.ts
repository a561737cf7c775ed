import { SqlMigration } from './sql-migration.js';
import { systemTable, tenantTable } from './tenant-table.js';

/** Schema `sse`: nodes, open connections, tickets and revocations (delivery.md §3, wire.md §1 and §5). */
export class SsePresence1700000000004 extends SqlMigration {
  readonly name = 'SsePresence1700000000004';

  protected readonly upSql = `
-- One row per running process; its lease is what makes its connections count.
CREATE TABLE sse.node (
  node_id text COLLATE "C" NOT NULL,
  boot_id uuid NOT NULL,
  until timestamptz NOT NULL,
  draining boolean NOT NULL DEFAULT false,
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
${tenantTable('sse.connection')}${systemTable('sse.connection')}
GRANT SELECT ON sse.connection TO herald_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sse.connection TO herald_system;

CREATE TABLE sse.last_seen (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  CONSTRAINT last_seen_pkey PRIMARY KEY (tenant_id, user_id)
);
${tenantTable('sse.last_seen')}${systemTable('sse.last_seen')}
GRANT SELECT ON sse.last_seen TO herald_app;
GRANT SELECT, INSERT, UPDATE ON sse.last_seen TO herald_system;

-- A ticket itself is never stored.
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
${tenantTable('sse.ticket')}${systemTable('sse.ticket')}
GRANT INSERT ON sse.ticket TO herald_app;
GRANT SELECT, DELETE ON sse.ticket TO herald_system;

-- Exactly one of user_id, sid, jti, or none of them for the whole tenant.
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
${tenantTable('sse.revocation')}${systemTable('sse.revocation')}
GRANT SELECT, INSERT ON sse.revocation TO herald_app;
GRANT SELECT, DELETE ON sse.revocation TO herald_system;
`;

  protected readonly downSql = `
DROP TABLE sse.revocation, sse.ticket, sse.last_seen, sse.connection, sse.node;
`;
}
