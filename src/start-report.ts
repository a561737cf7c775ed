import { serversOf } from './config/backplane-settings.js';
import type { Settings } from './config/settings.js';
import type { RunningDatabase } from './database/running-database.js';
import { VERSION } from './config/project.js';

/** Facts about a start for the log, one entry each. They contain no secret. */
export function startReport(settings: Settings, database: RunningDatabase): readonly string[] {
  const location = database.embedded
    ? `the built-in PostgreSQL in ${database.embedded.dataDir}`
    : `PostgreSQL at ${new URL(database.appUrl).host}`;
  const migrated = database.migrated.length > 0 ? `, ${database.migrated.length} SQL files ran` : '';
  return [
    `Version ${VERSION}, Node ${process.version}, ${settings.production ? 'production' : 'not production'}.`,
    `Database: ${location}${migrated}.`,
    `Events: sequenced in ${settings.sse.shards} shard(s), hints over ${backplaneOf(settings)}.`,
    `Tokens: verified with ${keySourceOf(settings)}.`,
    ...(settings.demo ? ['Demo: anyone may sign in as one of the demo people. DEMO=false switches the demo off.'] : []),
    ...(settings.smtpUrl === undefined ? [] : ['SMTP_URL is set, but this version sends no e-mail.']),
  ];
}

function backplaneOf({ sse: { backplane } }: Settings): string {
  if (backplane.kind !== 'redis' && backplane.kind !== 'nats') return backplane.kind;
  return `${backplane.kind} at ${serversOf(backplane.url)} (prefix ${backplane.prefix})`;
}

function keySourceOf({ jwt }: Settings): string {
  switch (jwt.keys.kind) {
    case 'secret':
      return 'a shared secret';
    case 'public-key':
      return 'a public key';
    case 'jwks':
      return `the keys at ${new URL(jwt.keys.uri).host}`;
  }
}
