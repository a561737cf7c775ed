import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { LISTEN } from './bench-server.js';

/** Open responses of a bare hub: the minimum of an event stream, without identity, limits or back-pressure. */
export interface BareStreams {
  readonly port: number;
  readonly responses: readonly ServerResponse[];
  /** By the user id in the request. */
  readonly byUser: ReadonlyMap<string, ServerResponse>;
  readonly close: () => Promise<void>;
}

/** Request target of the bare hubs. */
export const BARE_PATH = '/stream?user={user}';

/** Starts a bare `node:http` server that keeps every request open as an event stream. */
export async function listenBare(): Promise<BareStreams> {
  const responses: ServerResponse[] = [];
  const byUser = new Map<string, ServerResponse>();
  const server = createServer((request, response) => {
    const user = request.url?.split('user=')[1] ?? '';
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    responses.push(response);
    byUser.set(user, response);
    response.on('close', () => {
      const last = responses.pop();
      const index = last === response || !last ? -1 : responses.indexOf(response);
      if (index !== -1 && last) responses[index] = last;
      byUser.delete(user);
    });
  });
  server.listen(LISTEN);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    responses,
    byUser,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
