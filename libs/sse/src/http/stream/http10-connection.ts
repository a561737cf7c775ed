import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * Nest sends `Connection: keep-alive` on every HTTP/1 stream. An HTTP/1.0 client knows no chunked encoding: only the end of the
 * connection ends the response, so the header must say `close`.
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
