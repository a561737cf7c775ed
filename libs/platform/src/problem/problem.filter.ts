import { randomIdGenerator } from '../identity/id-generator.js';
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Injectable, Logger, Optional } from '@nestjs/common';
import {
  headerOf,
  type PlatformRequest,
  type PlatformResponse,
  rawRequest,
  rawResponse,
} from '../node-http/http-message.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';
import { PROBLEM_HOOKS, type ProblemHooks } from './problem-hooks.js';
import type { Problem } from './problem.js';
import { problemOf } from './problem-of.js';

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const DEFAULT_RETRY_AFTER_MS = 5_000;

/** A complete answer on Node's response. */
export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The one filter that turns refusals and defects into answers: problem documents, with `WWW-Authenticate` on 401 and
 * `Retry-After` on 429 and 503. A defect is described in the log only, without the URL of the request, whose query may contain
 * a ticket. The controllers of the packages use it; a host may use it for its own controllers, or globally.
 */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Problem');

  constructor(@Optional() @Inject(PROBLEM_HOOKS) private readonly hooks?: ProblemHooks) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<PlatformRequest>();
    const response = http.getResponse<PlatformResponse>();
    const problem = this.refine(problemOf(this.hooks?.translate(error) ?? error), request);
    const requestId = requestIdOf(request);
    if (problem.isUnexpected === true || (problem.status >= 500 && problem.status !== 503)) {
      this.#logger.error(`Request ${requestId} failed`, error instanceof Error ? error.stack : String(error));
    }
    this.hooks?.observe(problem, requestId);
    const raw = rawResponse(response);
    if (raw.headersSent) {
      // The headers were sent, so the answer can only be ended; otherwise the client would wait.
      this.endBegunAnswer(response);
      return;
    }
    send(response, this.answerTo(problem, request, requestId));
  }

  /** Lets a subclass change the problem for this request. */
  protected refine(problem: Problem, _request: PlatformRequest): Problem {
    return problem;
  }

  /** The answer to a problem. */
  protected answerTo(problem: Problem, _request: PlatformRequest, requestId: string): WrittenAnswer {
    const isTransient = problem.status === 429 || problem.status === 503;
    const retryAfterMs = problem.retryAfterMs ?? (isTransient ? DEFAULT_RETRY_AFTER_MS : undefined);
    const body = JSON.stringify(problemDocument(problem, requestId));
    return {
      status: problem.status,
      headers: {
        'Content-Type': PROBLEM_MEDIA_TYPE,
        'Content-Length': String(Buffer.byteLength(body)),
        'Cache-Control': 'no-store',
        'X-Request-Id': requestId,
        ...(problem.status === 401 ? { 'WWW-Authenticate': challenge(problem.code) } : {}),
        ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
      },
      body,
    };
  }

  /** Ends an answer whose headers were sent. */
  protected endBegunAnswer(response: PlatformResponse): void {
    rawResponse(response).end();
  }
}

/** The request id of a proxy or of the host's middleware, if it is safe to log; otherwise a new id. */
function requestIdOf(request: PlatformRequest): string {
  const own = (request as { id?: unknown }).id;
  const id = typeof own === 'string' ? own : headerOf(rawRequest(request), 'x-request-id');
  return id !== null && REQUEST_ID.test(id) ? id : randomIdGenerator.random(12);
}

/** RFC 6750 §3: no error code when no credential was sent. */
function challenge(code: string): string {
  return code === 'missing_token' ? 'Bearer' : 'Bearer error="invalid_token"';
}

/**
 * Writes the answer on Node's response, because the HTTP framework would add a length, an ETag and a charset to a stream, and
 * wrap it for interceptors. Headers of middleware (CORS, security) stay.
 */
function send(response: PlatformResponse, { status, headers, body }: WrittenAnswer): void {
  const raw = rawResponse(response);
  if ('raw' in response) {
    for (const [name, value] of Object.entries(response.getHeaders?.() ?? {})) raw.setHeader(name, value as string);
    response.hijack?.();
  }
  raw.writeHead(status, headers);
  raw.end(body);
}
