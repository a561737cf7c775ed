import { startBareJoined } from './bare-joined.js';
import { startBareResponse } from './bare-response.js';
import { startBareSocket } from './bare-socket.js';
import type { BenchServer } from './bench-server.js';
import { startHerald } from './herald.js';
import { startNestDefault } from './nest-default.js';

const SERVERS = {
  'bare-socket': startBareSocket,
  'bare-response': startBareResponse,
  'bare-joined': startBareJoined,
  'nest-default': startNestDefault,
  herald: startHerald,
} satisfies Record<string, () => Promise<BenchServer>>;

/** Name of a server under test. */
export type ServerName = keyof typeof SERVERS;

/** Title of each server in the report. */
export const SERVER_TITLES: Readonly<Record<ServerName, string>> = {
  'bare-socket': 'bare node:http, prepared chunk to the socket',
  'bare-response': 'bare node:http, res.write of one shared buffer',
  'bare-joined': 'bare node:http, all events of a turn joined',
  'nest-default': 'Nest @Sse as its documentation teaches',
  herald: 'Nest Herald, signed-in streams, default limits',
};

/** Starts the server of that name in this process. @param database URL; without it only servers without a database start. */
export async function startServer(name: string, database?: string): Promise<BenchServer> {
  if (database !== undefined) return (await import('./database-servers.js')).startOverDatabase(name, database);
  const start = SERVERS[name as ServerName];
  if (!start)
    throw new Error(`There is no server ${JSON.stringify(name)}. Use one of ${Object.keys(SERVERS).join(', ')}.`);
  return start();
}
