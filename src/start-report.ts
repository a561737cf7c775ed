import { serversOf } from './config/backplane-settings.js';
import type { Settings } from './config/settings.js';
import type { RunningDatabase } from './database/running-database.js';
import { VERSION } from './config/project.js';

/** What an operator wants to know about a start, one line each; no value of any secret. */
export function startReport(settings: Settings, database: RunningDatabase): readonly string[] {
  const where = database.embedded
    ? `the built-in PostgreSQL in ${database.embedded.dataDir}`
    : `PostgreSQL at ${new URL(database.appUrl).host}`;
  const migrated = database.migrated.length > 0 ? `, ${database.migrated.length} SQL files ran` : '';
  return [
    `Version ${VERSION}, Node ${process.version}, ${settings.production ? 'production' : 'not for production'}.`,
    `Database: ${where}${migrated}.`,
    `Events: numbered in ${settings.sse.shards} shard(s), hints over ${carrierOf(settings)}.`,
    `Tokens: verified with ${sourceOfKeys(settings)}.`,
    ...(settings.demo ? ['Demo: anybody may sign in as one of the demo people; DEMO=false switches that off.'] : []),
    ...(settings.smtpUrl === undefined ? [] : ['SMTP_URL is set, but this version sends no e-mail.']),
  ];
}

function carrierOf({ sse: { backplane } }: Settings): string {
  if (backplane.kind !== 'redis' && backplane.kind !== 'nats') return backplane.kind;
  return `${backplane.kind} at ${serversOf(backplane.url)} (prefix ${backplane.prefix})`;
}

function sourceOfKeys({ jwt }: Settings): string {
  switch (jwt.keys.kind) {
    case 'secret':
      return 'a shared secret';
    case 'public-key':
      return 'a public key';
    case 'jwks':
      return `the keys at ${new URL(jwt.keys.uri).host}`;
  }
}
