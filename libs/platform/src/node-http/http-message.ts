import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response of Express (which is Node's own) or of Fastify (which wraps it). */
export type PlatformResponse =
  ServerResponse | { readonly raw: ServerResponse; hijack?(): unknown; getHeaders?(): object };

/** A request of Express or Fastify. */
export type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage };

/** Node's response of an Express or Fastify response. */
export function rawResponse(response: PlatformResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/** Node's request of an Express or Fastify request. */
export function rawRequest(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** A header that should occur once. Repeated values are joined with commas. */
export function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}
