-- Schema herald: the small ERP of the demo, purchase orders and leave requests. Empty while the demo is off.

-- Tenants that are loaded. The next start finds the row and loads nothing.
create table herald.demo_load (
  tenant_id text collate "C" primary key,
  loaded_at timestamptz not null default now()
);

-- The last number assigned to each kind of document.
create table herald.demo_counter (
  tenant_id text collate "C" not null,
  kind      text collate "C" not null,
  last      integer not null,
  primary key (tenant_id, kind)
);

create table herald.demo_purchase_order (
  tenant_id    text collate "C" not null,
  id           text collate "C" not null,
  status       text not null check (status in ('draft', 'pending', 'returned', 'approved', 'rejected', 'withdrawn', 'cancelled')),
  supplier     varchar(200) not null,
  amount       numeric(14, 2) not null check (amount >= 0),
  currency     char(3) not null,
  cost_centre  varchar(50),
  note         text,
  lines        jsonb not null default '[]',
  requester_id text collate "C" not null,
  -- The approval that decides. Null before the first submission, and for documents that were loaded as already decided.
  instance_id  text collate "C",
  revision     integer not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  decided_at   timestamptz,
  primary key (tenant_id, id)
);
create index demo_purchase_order_status on herald.demo_purchase_order (tenant_id, status, id);
create index demo_purchase_order_requester on herald.demo_purchase_order (tenant_id, requester_id, id);

create table herald.demo_leave_request (
  tenant_id    text collate "C" not null,
  id           text collate "C" not null,
  status       text not null check (status in ('draft', 'pending', 'returned', 'approved', 'rejected', 'withdrawn', 'cancelled')),
  kind         text not null check (kind in ('annual', 'sick', 'personal', 'other')),
  first_day    date not null,
  last_day     date not null check (last_day >= first_day),
  days         numeric(4, 1) not null check (days > 0),
  reason       text,
  requester_id text collate "C" not null,
  instance_id  text collate "C",
  revision     integer not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  decided_at   timestamptz,
  primary key (tenant_id, id)
);
create index demo_leave_request_requester on herald.demo_leave_request (tenant_id, requester_id, id);

alter table herald.demo_load enable row level security;
alter table herald.demo_load force row level security;
create policy tenant on herald.demo_load
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.demo_counter enable row level security;
alter table herald.demo_counter force row level security;
create policy tenant on herald.demo_counter
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.demo_purchase_order enable row level security;
alter table herald.demo_purchase_order force row level security;
create policy tenant on herald.demo_purchase_order
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.demo_leave_request enable row level security;
alter table herald.demo_leave_request force row level security;
create policy tenant on herald.demo_leave_request
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
grant select, insert, update on herald.demo_load, herald.demo_counter, herald.demo_purchase_order, herald.demo_leave_request to herald_app;
