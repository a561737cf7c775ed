import { SseLog1700000000001 } from './0001-sse-log.js';
import { SsePublishing1700000000002 } from './0002-sse-publishing.js';
import { SseMaintenance1700000000003 } from './0003-sse-maintenance.js';
import { SsePresence1700000000004 } from './0004-sse-presence.js';
import { SsePresenceFunctions1700000000005 } from './0005-sse-presence-functions.js';
import { SseControl1700000000006 } from './0006-sse-control.js';
import { SseObservability1700000000008 } from './0008-sse-observability.js';
import { SseSequenceTurn1700000000009 } from './0009-sse-sequence-turn.js';
import { SsePresenceSessions1700000000010 } from './0010-sse-presence-sessions.js';
import { SseLimits1700000000011 } from './0011-sse-limits.js';
import { SseLeaseEnds1700000000012 } from './0012-sse-lease-ends.js';
import { SseStrayDays1700000000013 } from './0013-sse-stray-days.js';
import { SseBacklog1700000000014 } from './0014-sse-backlog.js';
import { Platform1700000000100 } from './0100-platform.js';
import { Notifications1700000000200 } from './0200-notifications.js';
import { Directory1700000000300 } from './0300-directory.js';
import { Demo1700000000390 } from './0390-demo.js';
import { Approvals1700000000400 } from './0400-approvals.js';
import type { SqlMigration } from './sql-migration.js';

export { ensureRoles, RoleSetupError, type RoleConnection } from './roles.js';

export { systemFunctions } from './system-function.js';
export { systemTable, tenantTable } from './tenant-table.js';

type MigrationClass = new () => SqlMigration;

/** What `@nest-herald/sse/postgres` needs: schema `sse`. Call `ensureRoles` first. */
export const sseMigrations: readonly MigrationClass[] = [
  SseLog1700000000001,
  SsePublishing1700000000002,
  SseMaintenance1700000000003,
  SsePresence1700000000004,
  SsePresenceFunctions1700000000005,
  SseControl1700000000006,
  SseObservability1700000000008,
  SseSequenceTurn1700000000009,
  SsePresenceSessions1700000000010,
  SseLimits1700000000011,
  SseLeaseEnds1700000000012,
  SseStrayDays1700000000013,
  SseBacklog1700000000014,
];

/** Schema `herald`, shared by the feature modules. */
export const platformMigrations: readonly MigrationClass[] = [Platform1700000000100];

/** What `@nest-herald/notifications` needs, behind {@link platformMigrations} and {@link sseMigrations}. */
export const notificationMigrations: readonly MigrationClass[] = [Notifications1700000000200, Directory1700000000300];

/** The small ERP of the service's demo. */
export const demoMigrations: readonly MigrationClass[] = [Demo1700000000390];

/** What `@nest-herald/approvals` needs, behind {@link notificationMigrations}. */
export const approvalMigrations: readonly MigrationClass[] = [Approvals1700000000400];

/** Everything, in order: what the service runs. */
export const allMigrations: readonly MigrationClass[] = [
  ...sseMigrations,
  ...platformMigrations,
  ...notificationMigrations,
  ...demoMigrations,
  ...approvalMigrations,
];
