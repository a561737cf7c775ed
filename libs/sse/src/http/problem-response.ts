import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Injectable, Logger } from '@nestjs/common';
import { ID_GENERATOR, type IdGenerator } from '../vocabulary/id-generator.js';
import { sseDiagnostics } from '../observability/diagnostics.js';
import { SseCounters } from '../observability/sse-counters.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import { wantsSoftRefusal } from './stream/accept.js';
import { headerOf, type PlatformRequest, type PlatformResponse, rawRequest, rawResponse } from './http-message.js';
import { type Problem, problemDocument, problemOf } from './problem-document.js';
import { jitteredRetryMs, softRefusalBody, STREAM_HEADERS } from './stream/soft-refusal.js';

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const DEFAULT_RETRY_AFTER_MS = 5_000;

/**
 * The one place that answers what was refused or went wrong: problem documents, with `WWW-Authenticate` on 401 and
 * `Retry-After` on 429 and 503 (api.md §2). The module's controllers use it; a host may use it for its own, or globally.
 */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  /** Whether a transient refusal may be a soft one. */
  protected readonly answersStreams: boolean = false;
  readonly #logger = new Logger('SseProblem');

  constructor(
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    @Inject(SseCounters) private readonly counters: SseCounters,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<PlatformRequest>();
    const response = http.getResponse<PlatformResponse>();
    const problem = problemOf(error);
    const requestId = this.#requestIdOf(request);
    // Never the URL: its query may hold a ticket.
    if (problem.isUnexpected) {
      this.#logger.error(`Request ${requestId} failed`, error instanceof Error ? error.stack : String(error));
    }
    this.counters.refused(problem.code);
    const reason = error instanceof SseRefusal ? error.details.reason : undefined;
    sseDiagnostics.refused({
      status: problem.status,
      code: problem.code,
      requestId,
      ...(reason === undefined ? {} : { reason }),
    });
    this.#answer(request, response, problem, requestId);
  }

  #answer(request: PlatformRequest, response: PlatformResponse, problem: Problem, requestId: string): void {
    const raw = rawResponse(response);
    if (raw.headersSent) {
      // Too late for an answer; without an end the client would wait for one.
      raw.end();
      return;
    }
    const { method } = rawRequest(request);
    const isTransient = problem.status === 429 || problem.status === 503;
    const accept = headerOf(rawRequest(request), 'accept');
    if (isTransient && method !== 'HEAD' && this.answersStreams && wantsSoftRefusal(accept)) {
      const body = softRefusalBody(problem.code, jitteredRetryMs(this.ids));
      send(response, 200, { ...STREAM_HEADERS, 'X-Request-Id': requestId }, body);
      return;
    }
    const retryAfterMs = problem.retryAfterMs ?? (isTransient ? DEFAULT_RETRY_AFTER_MS : undefined);
    send(
      response,
      problem.status,
      {
        'Content-Type': 'application/problem+json',
        'Cache-Control': 'no-store',
        'X-Request-Id': requestId,
        ...(problem.status === 401 ? { 'WWW-Authenticate': challenge(problem.code) } : {}),
        ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
      },
      JSON.stringify(problemDocument(problem, requestId)),
    );
  }

  /** The id that a proxy or the host's own middleware gave the request, if it is harmless in a log line; else a new one. */
  #requestIdOf(request: PlatformRequest): string {
    const own = (request as { id?: unknown }).id;
    const given = typeof own === 'string' ? own : headerOf(rawRequest(request), 'x-request-id');
    return given !== null && REQUEST_ID.test(given) ? given : this.ids.random(12);
  }
}

/**
 * {@link ProblemFilter} for streams: a transient refusal of a browser's EventSource is a stream that asks to come back
 * (wire.md §2, "Soft refusal").
 */
@Catch()
@Injectable()
export class StreamProblemFilter extends ProblemFilter {
  protected override readonly answersStreams: boolean = true;
}

/** RFC 6750 §3: no error code when no credential was sent. */
function challenge(code: string): string {
  return code === 'missing_token' ? 'Bearer' : 'Bearer error="invalid_token"';
}

/**
 * Writes the answer on Node's response: the platform would add a length, an ETag and a charset to a stream, and wrap it for
 * interceptors. Headers that middleware set (CORS, security) stay.
 */
function send(response: PlatformResponse, status: number, headers: Record<string, string>, body: string): void {
  const raw = rawResponse(response);
  if ('raw' in response) {
    for (const [name, value] of Object.entries(response.getHeaders?.() ?? {})) raw.setHeader(name, value as string);
    response.hijack?.();
  }
  raw.writeHead(status, headers);
  raw.end(body);
}
