import type { Server, ServerResponse } from 'node:http';

/**
 * Adds `Connection: close` to every response from now on. A closing server waits for connections that carry further requests, and
 * polling clients would delay the shutdown for as long as they poll.
 */
export function closeConnectionsAfterResponses(server: Server): void {
  server.prependListener('request', (_, response) => closeConnectionAfterResponse(response));
}

/** The same for the response of an earlier request. Does nothing when its head has been sent. */
export function closeConnectionAfterResponse(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}
