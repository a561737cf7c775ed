import { ApiProblem, problemOf } from './problem.js';

/** Query parameters. `undefined` and `''` are omitted. */
export type Query = Readonly<Record<string, string | number | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** Identifies a repeated request as the same request. */
  readonly idempotencyKey?: string;
  /** Revision that the change is based on. The service responds with 412 if there is a newer one. */
  readonly ifRevision?: number;
}

/**
 * Calls the service with the session cookie. The cookie is HttpOnly, so no script ever holds the token.
 * Responses are JSON. Everything else is an {@link ApiProblem}.
 */
export class ApiClient {
  /** Called when the service reports that the session has ended (401). */
  onUnauthenticated: (() => void) | undefined;

  /**
   * @param baseUrl the service's address, ending in `/`
   * @param timeoutMs how long a response may take
   */
  constructor(
    readonly baseUrl: URL,
    private readonly timeoutMs = 15_000,
  ) {}

  /** Absolute URL of a path below the base. */
  address(path: string, query: Query = {}): URL {
    const url = new URL(path, this.baseUrl);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    }
    return url;
  }

  /** @throws ApiProblem for every response that is not 2xx, and when there is none. */
  async request<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, options: RequestOptions = {}): Promise<T> {
    const headers = new Headers({ Accept: 'application/json, application/problem+json' });
    if (options.body !== undefined) headers.set('Content-Type', 'application/json');
    if (options.idempotencyKey !== undefined) headers.set('Idempotency-Key', options.idempotencyKey);
    if (options.ifRevision !== undefined) headers.set('If-Match', `"${options.ifRevision}"`);
    const response = await this.#send(this.address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(this.timeoutMs),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    if (!response.ok) {
      const problem = await problemOf(response);
      if (problem.status === 401) this.onUnauthenticated?.();
      throw problem;
    }
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  async #send(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (cause) {
      const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
      throw new ApiProblem(0, timedOut ? 'timeout' : 'network', String(cause));
    }
  }
}

/** A random key for one attempt. `crypto.randomUUID` would need a secure context, this does not. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
