-- Schemas sse and herald as the migrations leave them, for reading and for reviews. Written from the catalog:
-- npm run schema

-- Tables
TABLE herald.apv_action WITH ()
  tenant_id text COLLATE C NOT NULL
  instance_id uuid NOT NULL
  n integer NOT NULL
  task_key text COLLATE C
  node_id text COLLATE C
  actor_id text COLLATE C NOT NULL
  on_behalf_of text COLLATE C
  action text NOT NULL
  from_status text
  to_status text
  at timestamp with time zone NOT NULL
  comment text
  diff text
  ip text
  user_agent text
  salt text
  text_hash text NOT NULL
  prev_hash text NOT NULL
  hash text NOT NULL
TABLE herald.apv_cc WITH ()
  tenant_id text COLLATE C NOT NULL
  instance_id uuid NOT NULL
  user_id text COLLATE C NOT NULL
  at timestamp with time zone NOT NULL
TABLE herald.apv_definition WITH ()
  tenant_id text COLLATE C NOT NULL
  id uuid NOT NULL
  code text COLLATE C NOT NULL
  name character varying(100) NOT NULL
  category character varying(50)
  icon character varying(100)
  description character varying(2000)
  sort integer NOT NULL DEFAULT 0
  enabled boolean NOT NULL DEFAULT true
  active_version integer
  latest_version integer NOT NULL DEFAULT 1
  revision integer NOT NULL DEFAULT 1
  created_by text NOT NULL
  created_at timestamp with time zone NOT NULL DEFAULT now()
  updated_at timestamp with time zone NOT NULL DEFAULT now()
  deleted_at timestamp with time zone
TABLE herald.apv_definition_version WITH ()
  tenant_id text COLLATE C NOT NULL
  definition_id uuid NOT NULL
  version integer NOT NULL
  definition jsonb NOT NULL
  checksum text NOT NULL
  status text NOT NULL
  created_by text NOT NULL
  created_at timestamp with time zone NOT NULL DEFAULT now()
  published_by text
  published_at timestamp with time zone
TABLE herald.apv_instance WITH ()
  tenant_id text COLLATE C NOT NULL
  id uuid NOT NULL
  definition_id uuid NOT NULL
  version integer NOT NULL
  code text COLLATE C NOT NULL
  name character varying(100) NOT NULL
  title character varying(200) NOT NULL
  business_type text COLLATE C
  business_id text COLLATE C
  applicant_id text COLLATE C NOT NULL
  applicant_name character varying(200) NOT NULL
  status text COLLATE C NOT NULL
  round integer NOT NULL
  current_nodes jsonb NOT NULL DEFAULT '[]'::jsonb
  revision integer NOT NULL
  state jsonb NOT NULL
  last_action integer NOT NULL DEFAULT 0
  last_hash text NOT NULL
  created_at timestamp with time zone NOT NULL
  started_at timestamp with time zone
  completed_at timestamp with time zone
TABLE herald.apv_node_run WITH ()
  tenant_id text COLLATE C NOT NULL
  instance_id uuid NOT NULL
  node_id text COLLATE C NOT NULL
  visit integer NOT NULL
  round integer NOT NULL
  mode text NOT NULL
  required integer
  status text NOT NULL
  entered_at timestamp with time zone NOT NULL
  left_at timestamp with time zone
TABLE herald.apv_task WITH ()
  tenant_id text COLLATE C NOT NULL
  id uuid NOT NULL
  instance_id uuid NOT NULL
  key text COLLATE C NOT NULL
  node_id text COLLATE C NOT NULL
  visit integer NOT NULL
  seq integer NOT NULL
  group_key text NOT NULL DEFAULT ''::text
  mode text NOT NULL
  assignee_id text COLLATE C NOT NULL
  assignee_name character varying(200) NOT NULL
  on_behalf_of text COLLATE C
  origin text NOT NULL
  parent_key text COLLATE C
  status text COLLATE C NOT NULL
  action text
  acted_by text COLLATE C
  comment text
  opened_at timestamp with time zone NOT NULL
  due_at timestamp with time zone
  decided_at timestamp with time zone
  revision integer NOT NULL DEFAULT 1
TABLE herald.demo_counter WITH ()
  tenant_id text COLLATE C NOT NULL
  kind text COLLATE C NOT NULL
  last integer NOT NULL
TABLE herald.demo_leave_request WITH ()
  tenant_id text COLLATE C NOT NULL
  id text COLLATE C NOT NULL
  status text NOT NULL
  kind text NOT NULL
  first_day date NOT NULL
  last_day date NOT NULL
  days numeric(4,1) NOT NULL
  reason text
  requester_id text COLLATE C NOT NULL
  instance_id text COLLATE C
  revision integer NOT NULL DEFAULT 1
  created_at timestamp with time zone NOT NULL DEFAULT now()
  updated_at timestamp with time zone NOT NULL DEFAULT now()
  decided_at timestamp with time zone
TABLE herald.demo_load WITH ()
  tenant_id text COLLATE C NOT NULL
  loaded_at timestamp with time zone NOT NULL DEFAULT now()
TABLE herald.demo_purchase_order WITH ()
  tenant_id text COLLATE C NOT NULL
  id text COLLATE C NOT NULL
  status text NOT NULL
  supplier character varying(200) NOT NULL
  amount numeric(14,2) NOT NULL
  currency character(3) NOT NULL
  cost_centre character varying(50)
  note text
  lines jsonb NOT NULL DEFAULT '[]'::jsonb
  requester_id text COLLATE C NOT NULL
  instance_id text COLLATE C
  revision integer NOT NULL DEFAULT 1
  created_at timestamp with time zone NOT NULL DEFAULT now()
  updated_at timestamp with time zone NOT NULL DEFAULT now()
  decided_at timestamp with time zone
TABLE herald.dir_department WITH ()
  tenant_id text COLLATE C NOT NULL
  id text COLLATE C NOT NULL
  name character varying(200) NOT NULL
  parent_id text COLLATE C
  leader_id text COLLATE C
  revision integer NOT NULL DEFAULT 1
  created_at timestamp with time zone NOT NULL DEFAULT now()
  updated_at timestamp with time zone NOT NULL DEFAULT now()
TABLE herald.dir_person WITH ()
  tenant_id text COLLATE C NOT NULL
  id text COLLATE C NOT NULL
  name character varying(200) NOT NULL
  email character varying(320)
  active boolean NOT NULL
  manager_id text COLLATE C
  roles text[] COLLATE C NOT NULL DEFAULT '{}'::text[]
  department_ids text[] COLLATE C NOT NULL DEFAULT '{}'::text[]
  position_ids text[] COLLATE C NOT NULL DEFAULT '{}'::text[]
  group_ids text[] COLLATE C NOT NULL DEFAULT '{}'::text[]
  revision integer NOT NULL DEFAULT 1
  created_at timestamp with time zone NOT NULL DEFAULT now()
  updated_at timestamp with time zone NOT NULL DEFAULT now()
TABLE herald.idempotency WITH ()
  tenant_id text COLLATE C NOT NULL
  actor_id text COLLATE C NOT NULL
  key text COLLATE C NOT NULL
  request_sha256 bytea NOT NULL
  status integer
  response jsonb
  expires_at timestamp with time zone NOT NULL DEFAULT (clock_timestamp() + '24:00:00'::interval)
TABLE herald.ntf_audience WITH ()
  tenant_id text COLLATE C NOT NULL
  key text COLLATE C NOT NULL
  message_id uuid NOT NULL
TABLE herald.ntf_item PARTITION BY RANGE (message_id) WITH ()
  tenant_id text COLLATE C NOT NULL
  user_id text COLLATE C NOT NULL
  message_id uuid NOT NULL
  position uuid NOT NULL
  created_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
  unread_xid xid8
  by_audience boolean NOT NULL DEFAULT false
  category text NOT NULL
  priority smallint NOT NULL
  seen_at timestamp with time zone
  read_at timestamp with time zone
  archived_at timestamp with time zone
  snoozed_until timestamp with time zone
  deleted_at timestamp with time zone
  acked_at timestamp with time zone
  collapse_count integer NOT NULL DEFAULT 1
  revision integer NOT NULL DEFAULT 1
PARTITION herald.ntf_item_default DEFAULT WITH ()
  tenant_id text COLLATE C NOT NULL
  user_id text COLLATE C NOT NULL
  message_id uuid NOT NULL
  position uuid NOT NULL
  created_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
  unread_xid xid8
  by_audience boolean NOT NULL DEFAULT false
  category text NOT NULL
  priority smallint NOT NULL
  seen_at timestamp with time zone
  read_at timestamp with time zone
  archived_at timestamp with time zone
  snoozed_until timestamp with time zone
  deleted_at timestamp with time zone
  acked_at timestamp with time zone
  collapse_count integer NOT NULL DEFAULT 1
  revision integer NOT NULL DEFAULT 1
TABLE herald.ntf_membership WITH ()
  tenant_id text COLLATE C NOT NULL
  user_id text COLLATE C NOT NULL
  key text COLLATE C NOT NULL
  since timestamp with time zone NOT NULL DEFAULT now()
  snapshot pg_snapshot DEFAULT pg_current_snapshot()
  created_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
TABLE herald.ntf_message WITH ()
  tenant_id text COLLATE C NOT NULL
  id uuid NOT NULL
  created_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
  created_at timestamp with time zone NOT NULL DEFAULT now()
  type text NOT NULL
  category text NOT NULL
  priority smallint NOT NULL
  title character varying(200) NOT NULL
  content text
  link text
  data jsonb
  actions jsonb NOT NULL DEFAULT '[]'::jsonb
  actor_id text
  related_type character varying(50)
  related_id character varying(128)
  delivery_mode character(1) NOT NULL
  recipients integer
  requires_ack boolean NOT NULL DEFAULT false
  dedupe_key character varying(200)
  expires_at timestamp with time zone
  revoked_at timestamp with time zone
  revoked_by text
TABLE herald.ntf_user_state WITH ()
  tenant_id text COLLATE C NOT NULL
  user_id text COLLATE C NOT NULL
  category text NOT NULL DEFAULT ''::text
  read_snapshot pg_snapshot
  read_marked_at timestamp with time zone
  seen_snapshot pg_snapshot
  seen_marked_at timestamp with time zone
  previous_read_snapshot pg_snapshot
  previous_read_marked_at timestamp with time zone
  undo_token text
  undo_until timestamp with time zone
  rev bigint NOT NULL DEFAULT 0
TABLE herald.schema_history WITH ()
  package text COLLATE C NOT NULL
  name text COLLATE C NOT NULL
  checksum text NOT NULL
  applied_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
  version text
TABLE sse.batch WITH ()
  shard integer NOT NULL
  no bigint NOT NULL
  heads jsonb NOT NULL
  at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
TABLE sse.connection WITH ()
  tenant_id text COLLATE C NOT NULL
  user_id text COLLATE C NOT NULL
  connection_id text COLLATE C NOT NULL
  node_id text COLLATE C NOT NULL
  boot_id uuid NOT NULL
  device text NOT NULL
  transport text NOT NULL
  sid text
  topics text[] NOT NULL DEFAULT '{}'::text[]
  since timestamp with time zone NOT NULL
TABLE sse.control WITH ()
  id text COLLATE C NOT NULL
  tenant_id text COLLATE C NOT NULL
  node_id text COLLATE C NOT NULL
  request jsonb NOT NULL
  taken_at timestamp with time zone
  answer jsonb
  expires_at timestamp with time zone NOT NULL
TABLE sse.dedupe WITH ()
  tenant_id text COLLATE C NOT NULL
  key text COLLATE C NOT NULL
  expires_at timestamp with time zone NOT NULL
TABLE sse.event_log PARTITION BY RANGE (day) WITH ()
  tenant_id text COLLATE C NOT NULL
  seq bigint NOT NULL
  audience text COLLATE C NOT NULL
  recipients text[] COLLATE C
  type text NOT NULL
  payload text NOT NULL
  traceparent text
  created_at timestamp with time zone NOT NULL
  day date NOT NULL
PARTITION sse.event_log_default DEFAULT WITH ()
  tenant_id text COLLATE C NOT NULL
  seq bigint NOT NULL
  audience text COLLATE C NOT NULL
  recipients text[] COLLATE C
  type text NOT NULL
  payload text NOT NULL
  traceparent text
  created_at timestamp with time zone NOT NULL
  day date NOT NULL
TABLE sse.event_log_moving WITH ()
  tenant_id text COLLATE C NOT NULL
  seq bigint NOT NULL
  audience text COLLATE C NOT NULL
  recipients text[] COLLATE C
  type text NOT NULL
  payload text NOT NULL
  traceparent text
  created_at timestamp with time zone NOT NULL
  day date NOT NULL
TABLE sse.head WITH ()
  tenant_id text COLLATE C NOT NULL
  checkpoint bigint NOT NULL DEFAULT 0
  floor bigint NOT NULL DEFAULT 0
TABLE sse.last_seen WITH ()
  tenant_id text COLLATE C NOT NULL
  user_id text COLLATE C NOT NULL
  at timestamp with time zone NOT NULL
  generation bigint NOT NULL DEFAULT 1
  ends_at timestamp with time zone
TABLE sse.layout WITH ()
  single boolean NOT NULL DEFAULT true
  shards integer NOT NULL
  since timestamp with time zone NOT NULL DEFAULT clock_timestamp()
TABLE sse.lease WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=200, fillfactor=50)
  shard integer NOT NULL
  owner text NOT NULL
  term bigint NOT NULL
  until timestamp with time zone NOT NULL
TABLE sse.log_identity WITH ()
  single boolean NOT NULL DEFAULT true
  log_id uuid NOT NULL
  timeline integer NOT NULL
  system_identifier bigint NOT NULL
  since timestamp with time zone NOT NULL DEFAULT clock_timestamp()
  database_oid oid
  table_oid oid
TABLE sse.node WITH ()
  node_id text COLLATE C NOT NULL
  boot_id uuid NOT NULL
  until timestamp with time zone NOT NULL
  draining boolean NOT NULL DEFAULT false
  watched text[] COLLATE C NOT NULL DEFAULT '{}'::text[]
TABLE sse.outbox WITH (autovacuum_vacuum_insert_threshold=-1, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  id bigint NOT NULL IDENTITY
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
  shard integer NOT NULL
  tenant_id text COLLATE C NOT NULL
  audience text COLLATE C NOT NULL
  recipients text[] COLLATE C
  type text NOT NULL
  payload text NOT NULL
  traceparent text
  created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
TABLE sse.revocation WITH ()
  tenant_id text COLLATE C NOT NULL
  id uuid NOT NULL DEFAULT gen_random_uuid()
  user_id text COLLATE C
  sid text COLLATE C
  jti text COLLATE C
  not_before timestamp with time zone NOT NULL DEFAULT clock_timestamp()
  expires_at timestamp with time zone NOT NULL
TABLE sse.set_aside WITH ()
  tenant_id text COLLATE C NOT NULL
  seq bigint NOT NULL
  audience text NOT NULL
  recipients text[]
  type text NOT NULL
  payload text NOT NULL
  created_at timestamp with time zone NOT NULL
TABLE sse.ticket WITH ()
  hash bytea NOT NULL
  tenant_id text COLLATE C NOT NULL
  principal jsonb NOT NULL
  origin text
  expires_at timestamp with time zone NOT NULL

-- Constraints
herald.apv_action apv_action_pkey PRIMARY KEY (tenant_id, instance_id, n)
herald.apv_action apv_action_tenant_id_instance_id_fkey FOREIGN KEY (tenant_id, instance_id) REFERENCES herald.apv_instance(tenant_id, id)
herald.apv_cc apv_cc_pkey PRIMARY KEY (tenant_id, instance_id, user_id)
herald.apv_cc apv_cc_tenant_id_instance_id_fkey FOREIGN KEY (tenant_id, instance_id) REFERENCES herald.apv_instance(tenant_id, id)
herald.apv_definition apv_definition_pkey PRIMARY KEY (tenant_id, id)
herald.apv_definition_version apv_definition_version_pkey PRIMARY KEY (tenant_id, definition_id, version)
herald.apv_definition_version apv_definition_version_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text])))
herald.apv_definition_version apv_definition_version_tenant_id_definition_id_fkey FOREIGN KEY (tenant_id, definition_id) REFERENCES herald.apv_definition(tenant_id, id)
herald.apv_instance apv_instance_check CHECK (((business_type IS NULL) = (business_id IS NULL)))
herald.apv_instance apv_instance_pkey PRIMARY KEY (tenant_id, id)
herald.apv_instance apv_instance_tenant_id_definition_id_version_fkey FOREIGN KEY (tenant_id, definition_id, version) REFERENCES herald.apv_definition_version(tenant_id, definition_id, version)
herald.apv_node_run apv_node_run_pkey PRIMARY KEY (tenant_id, instance_id, node_id, visit)
herald.apv_node_run apv_node_run_tenant_id_instance_id_fkey FOREIGN KEY (tenant_id, instance_id) REFERENCES herald.apv_instance(tenant_id, id)
herald.apv_task apv_task_pkey PRIMARY KEY (tenant_id, id)
herald.apv_task apv_task_tenant_id_instance_id_fkey FOREIGN KEY (tenant_id, instance_id) REFERENCES herald.apv_instance(tenant_id, id)
herald.apv_task apv_task_tenant_id_instance_id_key_key UNIQUE (tenant_id, instance_id, key)
herald.demo_counter demo_counter_pkey PRIMARY KEY (tenant_id, kind)
herald.demo_leave_request demo_leave_request_check CHECK ((last_day >= first_day))
herald.demo_leave_request demo_leave_request_days_check CHECK ((days > (0)::numeric))
herald.demo_leave_request demo_leave_request_kind_check CHECK ((kind = ANY (ARRAY['annual'::text, 'sick'::text, 'personal'::text, 'other'::text])))
herald.demo_leave_request demo_leave_request_pkey PRIMARY KEY (tenant_id, id)
herald.demo_leave_request demo_leave_request_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'pending'::text, 'returned'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text, 'cancelled'::text])))
herald.demo_load demo_load_pkey PRIMARY KEY (tenant_id)
herald.demo_purchase_order demo_purchase_order_amount_check CHECK ((amount >= (0)::numeric))
herald.demo_purchase_order demo_purchase_order_pkey PRIMARY KEY (tenant_id, id)
herald.demo_purchase_order demo_purchase_order_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'pending'::text, 'returned'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text, 'cancelled'::text])))
herald.dir_department dir_department_check CHECK ((parent_id <> id))
herald.dir_department dir_department_pkey PRIMARY KEY (tenant_id, id)
herald.dir_person dir_person_check CHECK ((manager_id <> id))
herald.dir_person dir_person_pkey PRIMARY KEY (tenant_id, id)
herald.idempotency idempotency_pkey PRIMARY KEY (tenant_id, actor_id, key)
herald.ntf_audience ntf_audience_pkey PRIMARY KEY (tenant_id, key, message_id)
herald.ntf_audience ntf_audience_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES herald.ntf_message(tenant_id, id) ON DELETE CASCADE
herald.ntf_item ntf_item_pkey PRIMARY KEY (tenant_id, user_id, message_id)
herald.ntf_item ntf_item_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES herald.ntf_message(tenant_id, id) ON DELETE CASCADE
herald.ntf_item_default ntf_item_default_pkey PRIMARY KEY (tenant_id, user_id, message_id)
herald.ntf_item_default ntf_item_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES herald.ntf_message(tenant_id, id) ON DELETE CASCADE
herald.ntf_membership ntf_membership_pkey PRIMARY KEY (tenant_id, user_id, key)
herald.ntf_message ntf_message_delivery_mode_check CHECK ((delivery_mode = ANY (ARRAY['m'::bpchar, 'l'::bpchar, 'x'::bpchar])))
herald.ntf_message ntf_message_pkey PRIMARY KEY (tenant_id, id)
herald.ntf_message ntf_message_priority_check CHECK (((priority >= 0) AND (priority <= 3)))
herald.ntf_message ntf_message_type_check CHECK ((type = ANY (ARRAY['system'::text, 'approval'::text, 'task'::text, 'message'::text, 'alert'::text])))
herald.ntf_user_state ntf_user_state_pkey PRIMARY KEY (tenant_id, user_id, category)
herald.schema_history schema_history_pkey PRIMARY KEY (package, name)
sse.batch batch_pkey PRIMARY KEY (shard, no)
sse.connection connection_pkey PRIMARY KEY (tenant_id, connection_id)
sse.connection connection_transport CHECK ((transport = ANY (ARRAY['sse'::text, 'poll'::text, 'ws'::text])))
sse.control control_pkey PRIMARY KEY (id)
sse.dedupe dedupe_pkey PRIMARY KEY (tenant_id, key)
sse.event_log event_log_pkey PRIMARY KEY (tenant_id, seq, day)
sse.event_log_default event_log_default_pkey PRIMARY KEY (tenant_id, seq, day)
sse.head head_pkey PRIMARY KEY (tenant_id)
sse.last_seen last_seen_pkey PRIMARY KEY (tenant_id, user_id)
sse.layout layout_pkey PRIMARY KEY (single)
sse.layout layout_single CHECK (single)
sse.lease lease_pkey PRIMARY KEY (shard)
sse.log_identity log_identity_pkey PRIMARY KEY (single)
sse.log_identity log_identity_single CHECK (single)
sse.node node_pkey PRIMARY KEY (node_id, boot_id)
sse.outbox outbox_pkey PRIMARY KEY (shard, xid, id)
sse.revocation revocation_pkey PRIMARY KEY (tenant_id, id)
sse.revocation revocation_target CHECK ((num_nonnulls(user_id, sid, jti) <= 1))
sse.set_aside set_aside_pkey PRIMARY KEY (tenant_id, seq)
sse.ticket ticket_hash CHECK ((octet_length(hash) = 32))
sse.ticket ticket_pkey PRIMARY KEY (hash)

-- Indexes
CREATE INDEX apv_cc_of_person ON herald.apv_cc USING btree (tenant_id, user_id, instance_id)
CREATE UNIQUE INDEX apv_definition_code ON herald.apv_definition USING btree (tenant_id, code) WHERE (deleted_at IS NULL)
CREATE INDEX apv_instance_applicant ON herald.apv_instance USING btree (tenant_id, applicant_id, id)
CREATE INDEX apv_instance_business ON herald.apv_instance USING btree (tenant_id, business_type, business_id, id) WHERE (business_id IS NOT NULL)
CREATE UNIQUE INDEX apv_instance_business_live ON herald.apv_instance USING btree (tenant_id, business_type, business_id) WHERE ((business_id IS NOT NULL) AND (status = ANY (ARRAY['draft'::text, 'running'::text, 'returned'::text, 'suspended'::text])))
CREATE INDEX apv_instance_status ON herald.apv_instance USING btree (tenant_id, status, id)
CREATE INDEX apv_instance_version ON herald.apv_instance USING btree (tenant_id, definition_id, version, id)
CREATE INDEX apv_task_done ON herald.apv_task USING btree (tenant_id, acted_by, id) WHERE (acted_by IS NOT NULL)
CREATE INDEX apv_task_of_person ON herald.apv_task USING btree (tenant_id, assignee_id, status, id)
CREATE INDEX apv_task_principal ON herald.apv_task USING btree (tenant_id, on_behalf_of, instance_id) WHERE (on_behalf_of IS NOT NULL)
CREATE UNIQUE INDEX apv_task_tenant_id_instance_id_key_key ON herald.apv_task USING btree (tenant_id, instance_id, key)
CREATE INDEX demo_leave_request_requester ON herald.demo_leave_request USING btree (tenant_id, requester_id, id)
CREATE INDEX demo_purchase_order_requester ON herald.demo_purchase_order USING btree (tenant_id, requester_id, id)
CREATE INDEX demo_purchase_order_status ON herald.demo_purchase_order USING btree (tenant_id, status, id)
CREATE INDEX dir_department_parent ON herald.dir_department USING btree (tenant_id, parent_id) WHERE (parent_id IS NOT NULL)
CREATE INDEX idempotency_expiry ON herald.idempotency USING btree (expires_at)
CREATE INDEX ntf_audience_message ON herald.ntf_audience USING btree (tenant_id, message_id)
CREATE INDEX ntf_item_default_tenant_id_message_id_idx ON herald.ntf_item_default USING btree (tenant_id, message_id)
CREATE INDEX ntf_item_default_tenant_id_user_id_position_idx ON herald.ntf_item_default USING btree (tenant_id, user_id, "position") WHERE (deleted_at IS NULL)
CREATE INDEX ntf_item_default_tenant_id_user_id_position_idx1 ON herald.ntf_item_default USING btree (tenant_id, user_id, "position") WHERE ((read_at IS NULL) AND (archived_at IS NULL) AND (deleted_at IS NULL))
CREATE INDEX ntf_item_feed ON ONLY herald.ntf_item USING btree (tenant_id, user_id, "position") WHERE (deleted_at IS NULL)
CREATE INDEX ntf_item_message ON ONLY herald.ntf_item USING btree (tenant_id, message_id)
CREATE INDEX ntf_item_unread ON ONLY herald.ntf_item USING btree (tenant_id, user_id, "position") WHERE ((read_at IS NULL) AND (archived_at IS NULL) AND (deleted_at IS NULL))
CREATE INDEX ntf_membership_members ON herald.ntf_membership USING btree (tenant_id, key, user_id)
CREATE UNIQUE INDEX ntf_message_dedupe ON herald.ntf_message USING btree (tenant_id, dedupe_key) WHERE (dedupe_key IS NOT NULL)
CREATE INDEX ntf_message_related ON herald.ntf_message USING btree (tenant_id, related_type, related_id) WHERE (related_type IS NOT NULL)
CREATE INDEX batch_at ON sse.batch USING btree (at)
CREATE INDEX connection_node ON sse.connection USING btree (node_id, boot_id)
CREATE INDEX connection_presence ON sse.connection USING btree (tenant_id) WHERE ('presence'::text = ANY (topics))
CREATE INDEX connection_user ON sse.connection USING btree (tenant_id, user_id)
CREATE INDEX control_expiry ON sse.control USING btree (expires_at)
CREATE INDEX dedupe_expiry ON sse.dedupe USING btree (expires_at)
CREATE INDEX event_log_audience ON ONLY sse.event_log USING btree (tenant_id, audience, seq)
CREATE INDEX event_log_default_tenant_id_audience_seq_idx ON sse.event_log_default USING btree (tenant_id, audience, seq)
CREATE INDEX last_seen_ending ON sse.last_seen USING btree (ends_at) WHERE (ends_at < 'infinity'::timestamp with time zone)
CREATE INDEX revocation_expiry ON sse.revocation USING btree (expires_at)
CREATE INDEX revocation_in_force ON sse.revocation USING btree (tenant_id, expires_at)
CREATE INDEX set_aside_age ON sse.set_aside USING btree (created_at)
CREATE INDEX ticket_expiry ON sse.ticket USING btree (expires_at)

-- Row-level security
herald.apv_action FORCED
herald.apv_action POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.apv_cc FORCED
herald.apv_cc POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.apv_definition FORCED
herald.apv_definition POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.apv_definition_version FORCED
herald.apv_definition_version POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.apv_instance FORCED
herald.apv_instance POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.apv_node_run FORCED
herald.apv_node_run POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.apv_task FORCED
herald.apv_task POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.demo_counter FORCED
herald.demo_counter POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.demo_leave_request FORCED
herald.demo_leave_request POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.demo_load FORCED
herald.demo_load POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.demo_purchase_order FORCED
herald.demo_purchase_order POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.dir_department FORCED
herald.dir_department POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.dir_person FORCED
herald.dir_person POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.idempotency FORCED
herald.idempotency POLICY system TO herald_system USING true CHECK true
herald.idempotency POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.ntf_audience FORCED
herald.ntf_audience POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.ntf_item FORCED
herald.ntf_item POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.ntf_item_default FORCED
herald.ntf_membership FORCED
herald.ntf_membership POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.ntf_message FORCED
herald.ntf_message POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
herald.ntf_user_state FORCED
herald.ntf_user_state POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.connection FORCED
sse.connection POLICY system TO herald_system USING true CHECK true
sse.connection POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.control FORCED
sse.control POLICY system TO herald_system USING true CHECK true
sse.control POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.dedupe FORCED
sse.dedupe POLICY system TO herald_system USING true CHECK true
sse.dedupe POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.event_log FORCED
sse.event_log POLICY system TO herald_system USING true CHECK true
sse.event_log POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.event_log_default FORCED
sse.event_log_moving FORCED
sse.event_log_moving POLICY system TO herald_system USING true CHECK true
sse.event_log_moving POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.head FORCED
sse.head POLICY system TO herald_system USING true CHECK true
sse.head POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.last_seen FORCED
sse.last_seen POLICY system TO herald_system USING true CHECK true
sse.last_seen POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.outbox FORCED
sse.outbox POLICY system TO herald_system USING true CHECK true
sse.outbox POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.revocation FORCED
sse.revocation POLICY system TO herald_system USING true CHECK true
sse.revocation POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.set_aside FORCED
sse.set_aside POLICY system TO herald_system USING true CHECK true
sse.set_aside POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))
sse.ticket FORCED
sse.ticket POLICY system TO herald_system USING true CHECK true
sse.ticket POLICY tenant TO PUBLIC USING (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text)) CHECK (tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))

-- Triggers
CREATE TRIGGER apv_definition_version_immutable BEFORE DELETE OR UPDATE ON herald.apv_definition_version FOR EACH ROW EXECUTE FUNCTION herald.apv_keep_published()

-- Functions
herald.apv_keep_published() RETURNS trigger INVOKER SET search_path=pg_catalog, pg_temp OWNER herald_owner BODY 97e8a2a10469708e1d4ae889c738309c
herald.ntf_maintain(integer) RETURNS integer DEFINER SET search_path=pg_catalog, pg_temp, lock_timeout=2s, TimeZone=UTC OWNER herald_owner BODY ba20022d410dca462e32f363dae11598
herald.prune_idempotency(integer) RETURNS bigint DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 90a577b0a651d2f0b1c5613d997bbe48
herald.uuid_floor(timestamp with time zone) RETURNS uuid INVOKER OWNER herald_owner BODY 7a2d3437baac9f8844b0ad5d37980a65
sse.adopt_shards(integer) RETURNS integer DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 1093ff05d25ed3ce3be78546ffd83c29
sse.all_heads() RETURNS TABLE(tenant_id text, head bigint) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY c4dd1ed263647e49dc27ec5f4aca01b4
sse.answer_control(text,text,jsonb) RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY bed8d3dbf2de67078ff0072cc36eb31c
sse.append(text,integer,text[],text[],text[],text[],text[],text[]) RETURNS integer INVOKER OWNER herald_owner BODY cb1d0dcf11dfd05705b18fea3a43350d
sse.append_one(text,integer,text,text[],text,text,text) RETURNS integer INVOKER OWNER herald_owner BODY 6f02ed7cde802f8449852572b3165320
sse.backlog(integer[],integer) RETURNS TABLE(waiting bigint, oldest_ms double precision) DEFINER SET search_path=pg_catalog, pg_temp, enable_seqscan=off OWNER herald_system BODY 33e260449ec1ecbb58588537c3ac4e71
sse.begin_grace(text[],text[],timestamp with time zone[],integer) RETURNS integer DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY e2299d7be2adcb177dc7fa32a57d8e25
sse.change_connections(text,uuid,integer,jsonb,jsonb) RETURNS TABLE(leaving integer, changes jsonb) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY c1d330182442c19f347ffb3a835775d0
sse.collect_control(text,text,boolean) RETURNS jsonb DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 305b8208fa3b318c332a3f0c850f179a
sse.count_presence(text) RETURNS jsonb DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 8043c36129a4dff1795a346a89171deb
sse.end_sessions(integer) RETURNS TABLE(taken integer, changes jsonb) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY b077f39e66949d9ffdd6eafe6770bc84
sse.first_since(timestamp with time zone,bigint,bigint) RETURNS bigint INVOKER OWNER herald_owner BODY 98640ab5a905c0cb951c1cb915180d18
sse.identify_log() RETURNS uuid DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 676d5cd3d9879f18680fd87f4860e99c
sse.is_deliverable(text,text,text[],text,text) RETURNS boolean INVOKER OWNER herald_owner BODY 14adfffec6ac494793a9b5fd9940ad1f
sse.lease_ends() RETURNS TABLE(shard integer, ends_in_ms double precision) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY d7ad3536d4e4f1e1ed58ce6899e49948
sse.live_nodes() RETURNS TABLE(node_id text, boot_id uuid, draining boolean) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 7f923b11380018ee25342ce5b2b4acb9
sse.log_days_in_default(date[]) RETURNS SETOF date DEFINER SET search_path=pg_catalog, pg_temp, plan_cache_mode=force_custom_plan OWNER herald_system BODY 9900832516afc94896cc2980861e269b
sse.log_id() RETURNS uuid DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 07bbd58ec5f7468f283666030e6618db
sse.log_make_day(date) RETURNS void INVOKER SET search_path=pg_catalog, pg_temp OWNER herald_owner BODY d230de962c9bff4e706eba504ffde44b
sse.log_move_day_in() RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 451dc373c6b2399ba6a109f0323e3064
sse.log_move_day_out(date) RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY a737fd082b44599c2774aa1bffb4e2a8
sse.log_raise_floor(date) RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 378874abc1a0d6695d6b7d263e690d5a
sse.maintain(integer,integer) RETURNS record DEFINER SET search_path=pg_catalog, pg_temp, lock_timeout=200ms OWNER herald_owner BODY b9ef64af4e596a8fb67d2a1a196b5174
sse.newest_batches() RETURNS TABLE(shard integer, no bigint) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY de0199a780d72a453a79115e4175bcd2
sse.people_elsewhere(uuid,text[],text[],text[]) RETURNS TABLE(no integer, connections integer, oldest_id text, oldest_since timestamp with time zone) DEFINER SET search_path=pg_catalog, pg_temp, enable_seqscan=off OWNER herald_system BODY 7160db41fe872278d4ff20bb70246612
sse.prune(integer) RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY c9eb88a7134edcff80007ff588841d62
sse.prune_presence() RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 7de7243d83ecfbe1335d36389bd35c86
sse.put_control(text,text,text,jsonb,integer) RETURNS boolean DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 52425c1df825487d10ae5b383e79820e
sse.redeem_ticket(bytea) RETURNS TABLE(principal jsonb, origin text, expires_at timestamp with time zone) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY a7be39dd27f68ba68769efacaf706f93
sse.release_leases(text) RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 4d4da7fe50186dd5b4f0381e6d468d44
sse.remove_expired_nodes(integer) RETURNS integer DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY c7146d41010736640003db1bc3d93d9c
sse.remove_node(text,uuid,integer) RETURNS void DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 9d091e80bb52c108141297295fa8e060
sse.remove_nodes(text[],uuid[],timestamp with time zone[],integer) RETURNS integer DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 4cb6a3a9c0dcafb176c58ccf706c3862
sse.renew_leases(text,integer[],bigint[],integer) RETURNS TABLE(shard integer, log_id uuid) DEFINER SET search_path=pg_catalog, pg_temp, lock_timeout=1s OWNER herald_system BODY 518c46db2ef624fc0580ec82b2f2b9b6
sse.renew_node(text,uuid,integer,boolean,text[]) RETURNS boolean DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 2adff5b34a8707d97dfd10c5b92e5bd1
sse.sequence(integer,text,bigint,integer,pg_snapshot,bigint) RETURNS TABLE(snapshot pg_snapshot, taken integer, no bigint, heads jsonb) DEFINER SET search_path=pg_catalog, pg_temp, enable_seqscan=off, enable_bitmapscan=off, plan_cache_mode=force_generic_plan, enable_nestloop=off, jit=off, work_mem=32MB, lock_timeout=1s OWNER herald_system BODY 16cd75cf6860d8804e1cb637f403281d
sse.sequence_turn(uuid,integer,text,bigint,integer,pg_snapshot,bigint) RETURNS TABLE(snapshot pg_snapshot, taken integer, no bigint, heads jsonb) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 12c20fc311a8613e3bbe9a08c7b0605d
sse.shard_of(text,integer) RETURNS integer INVOKER SET search_path=pg_catalog, pg_temp OWNER herald_owner BODY 7c5c1b97372c65b5ba9525e1292df435
sse.shards_without_owner(integer[]) RETURNS SETOF integer DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY c8677690f8e19d6ec61dabfc62f3a749
sse.tail(integer[],bigint[],integer) RETURNS TABLE(shard integer, no bigint, heads jsonb) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 235a83884f1a10cfeb8e014c7acb9637
sse.take_control(text,text) RETURNS TABLE(tenant_id text, request jsonb) DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 9aa7713ae193a058a1a6a5de79bfc53d
sse.take_leases(text,integer[],integer) RETURNS TABLE(shard integer, term bigint) DEFINER SET search_path=pg_catalog, pg_temp, lock_timeout=1s OWNER herald_system BODY f55e19ebdc93549bde708880ccf4a19d
sse.tenants_elsewhere(uuid,text[]) RETURNS TABLE(tenant_id text, connections integer) DEFINER SET search_path=pg_catalog, pg_temp, enable_seqscan=off OWNER herald_system BODY bc9292a77e3cb055efe648fbf822a56d
sse.users_over_limit(text[],text[],integer) RETURNS TABLE(tenant_id text, user_id text, connections text[]) DEFINER SET search_path=pg_catalog, pg_temp, enable_seqscan=off OWNER herald_system BODY 4c967116f104d508bd5f1184cc697986
sse.watched_tenants(text[]) RETURNS text[] DEFINER SET search_path=pg_catalog, pg_temp OWNER herald_system BODY 31d4c9d79769accac96f8e96845cf736

-- Grants
DELETE, INSERT, SELECT TO herald_system ON sse.batch
DELETE, INSERT, SELECT TO herald_system ON sse.event_log
DELETE, INSERT, SELECT TO herald_system ON sse.event_log_moving
DELETE, INSERT, SELECT TO herald_system ON sse.set_aside
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.dir_department
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.dir_person
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.idempotency
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.ntf_audience
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.ntf_item
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.ntf_membership
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.ntf_message
DELETE, INSERT, SELECT, UPDATE TO herald_app ON herald.ntf_user_state
DELETE, INSERT, SELECT, UPDATE TO herald_system ON sse.connection
DELETE, INSERT, SELECT, UPDATE TO herald_system ON sse.control
DELETE, INSERT, SELECT, UPDATE TO herald_system ON sse.node
DELETE, SELECT TO herald_system ON herald.idempotency
DELETE, SELECT TO herald_system ON sse.outbox
DELETE, SELECT TO herald_system ON sse.revocation
DELETE, SELECT TO herald_system ON sse.ticket
DELETE, SELECT, UPDATE TO herald_system ON sse.dedupe
EXECUTE TO PUBLIC ON herald.uuid_floor(timestamp with time zone)
EXECUTE TO herald_app ON herald.ntf_maintain(integer)
EXECUTE TO herald_app ON herald.prune_idempotency(integer)
EXECUTE TO herald_app ON herald.uuid_floor(timestamp with time zone)
EXECUTE TO herald_app ON sse.adopt_shards(integer)
EXECUTE TO herald_app ON sse.all_heads()
EXECUTE TO herald_app ON sse.answer_control(text,text,jsonb)
EXECUTE TO herald_app ON sse.append(text,integer,text[],text[],text[],text[],text[],text[])
EXECUTE TO herald_app ON sse.append_one(text,integer,text,text[],text,text,text)
EXECUTE TO herald_app ON sse.backlog(integer[],integer)
EXECUTE TO herald_app ON sse.change_connections(text,uuid,integer,jsonb,jsonb)
EXECUTE TO herald_app ON sse.collect_control(text,text,boolean)
EXECUTE TO herald_app ON sse.count_presence(text)
EXECUTE TO herald_app ON sse.end_sessions(integer)
EXECUTE TO herald_app ON sse.first_since(timestamp with time zone,bigint,bigint)
EXECUTE TO herald_app ON sse.identify_log()
EXECUTE TO herald_app ON sse.lease_ends()
EXECUTE TO herald_app ON sse.live_nodes()
EXECUTE TO herald_app ON sse.log_id()
EXECUTE TO herald_app ON sse.maintain(integer,integer)
EXECUTE TO herald_app ON sse.newest_batches()
EXECUTE TO herald_app ON sse.people_elsewhere(uuid,text[],text[],text[])
EXECUTE TO herald_app ON sse.prune(integer)
EXECUTE TO herald_app ON sse.prune_presence()
EXECUTE TO herald_app ON sse.put_control(text,text,text,jsonb,integer)
EXECUTE TO herald_app ON sse.redeem_ticket(bytea)
EXECUTE TO herald_app ON sse.release_leases(text)
EXECUTE TO herald_app ON sse.remove_expired_nodes(integer)
EXECUTE TO herald_app ON sse.remove_node(text,uuid,integer)
EXECUTE TO herald_app ON sse.renew_leases(text,integer[],bigint[],integer)
EXECUTE TO herald_app ON sse.renew_node(text,uuid,integer,boolean,text[])
EXECUTE TO herald_app ON sse.sequence(integer,text,bigint,integer,pg_snapshot,bigint)
EXECUTE TO herald_app ON sse.sequence_turn(uuid,integer,text,bigint,integer,pg_snapshot,bigint)
EXECUTE TO herald_app ON sse.shards_without_owner(integer[])
EXECUTE TO herald_app ON sse.tail(integer[],bigint[],integer)
EXECUTE TO herald_app ON sse.take_control(text,text)
EXECUTE TO herald_app ON sse.take_leases(text,integer[],integer)
EXECUTE TO herald_app ON sse.tenants_elsewhere(uuid,text[])
EXECUTE TO herald_app ON sse.users_over_limit(text[],text[],integer)
EXECUTE TO herald_owner ON sse.log_days_in_default(date[])
EXECUTE TO herald_owner ON sse.log_move_day_in()
EXECUTE TO herald_owner ON sse.log_move_day_out(date)
EXECUTE TO herald_owner ON sse.log_raise_floor(date)
EXECUTE TO herald_system ON sse.is_deliverable(text,text,text[],text,text)
EXECUTE TO herald_system ON sse.shard_of(text,integer)
INSERT (shard, tenant_id, audience, recipients, type, payload, traceparent) TO herald_app ON sse.outbox
INSERT TO herald_app ON sse.ticket
INSERT, SELECT TO herald_app ON herald.apv_action
INSERT, SELECT TO herald_app ON herald.apv_cc
INSERT, SELECT TO herald_app ON sse.dedupe
INSERT, SELECT TO herald_app ON sse.revocation
INSERT, SELECT, UPDATE TO herald_app ON herald.apv_definition
INSERT, SELECT, UPDATE TO herald_app ON herald.apv_definition_version
INSERT, SELECT, UPDATE TO herald_app ON herald.apv_instance
INSERT, SELECT, UPDATE TO herald_app ON herald.apv_node_run
INSERT, SELECT, UPDATE TO herald_app ON herald.apv_task
INSERT, SELECT, UPDATE TO herald_app ON herald.demo_counter
INSERT, SELECT, UPDATE TO herald_app ON herald.demo_leave_request
INSERT, SELECT, UPDATE TO herald_app ON herald.demo_load
INSERT, SELECT, UPDATE TO herald_app ON herald.demo_purchase_order
INSERT, SELECT, UPDATE TO herald_system ON sse.head
INSERT, SELECT, UPDATE TO herald_system ON sse.last_seen
INSERT, SELECT, UPDATE TO herald_system ON sse.layout
INSERT, SELECT, UPDATE TO herald_system ON sse.lease
INSERT, SELECT, UPDATE TO herald_system ON sse.log_identity
SELECT TO herald_app ON herald.schema_history
SELECT TO herald_app ON sse.connection
SELECT TO herald_app ON sse.event_log
SELECT TO herald_app ON sse.head
SELECT TO herald_app ON sse.last_seen
SELECT TO herald_app ON sse.set_aside
UPDATE (expires_at) TO herald_app ON sse.dedupe
UPDATE (shard) TO herald_system ON sse.outbox
USAGE TO herald_app ON SCHEMA herald
USAGE TO herald_app ON SCHEMA sse
USAGE TO herald_system ON SCHEMA herald
USAGE TO herald_system ON SCHEMA sse
