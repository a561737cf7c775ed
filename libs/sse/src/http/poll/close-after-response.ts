import type { Server, ServerResponse } from 'node:http';

/**
 * Lets every answer from now on be the last one on its line (`Connection: close`). A server that closes waits for lines on which
 * requests go on, and clients that poll would keep it waiting for as long as they do.
 */
export function closeConnectionsAfterResponses(server: Server): void {
  server.prependListener('request', (_, response) => closeConnectionAfterResponse(response));
}

/** The same for an answer whose request came before. Nothing happens when its head is out. */
export function closeConnectionAfterResponse(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}
