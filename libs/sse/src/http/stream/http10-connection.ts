import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * Nest writes `Connection: keep-alive` on every stream of HTTP/1. To a client of HTTP/1.0, which knows no chunks, that would
 * promise that its line goes on behind an answer whose only end is the end of the line.
 */
export function closeConnectionOnHttp10(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersion !== '1.0') return;
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    headers: OutgoingHttpHeaders,
  ) => ServerResponse;
  response.writeHead = ((status: number, headers: OutgoingHttpHeaders) =>
    writeHead(status, { ...headers, Connection: 'close' })) as typeof response.writeHead;
}
