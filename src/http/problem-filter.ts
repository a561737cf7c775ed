import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { PROBLEM_MEDIA_TYPE, problemOf, type Refusal } from './problem.js';
import { refusalOf } from './refusal-of.js';
import { requestIdOf } from './request-id.js';

/**
 * The one place where the service's failures become answers: every refusal and every defect leaves as a problem document
 * with its request id. What a defect was stands in the log only.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const id = requestIdOf(request);
    const refusal = this.refine(refusalOf(exception), request);
    if (refusal.status >= 500 && refusal.status !== 503) {
      this.logger.error(`Request ${id} failed: ${request.method} ${request.path}`);
      this.logger.error(exception instanceof Error ? exception : new Error(`thrown: ${String(exception)}`));
    }
    if (response.headersSent) {
      // Too late for a status: end the answer in a way that no client takes for complete.
      response.destroy();
      return;
    }
    response.status(refusal.status);
    for (const [name, value] of Object.entries(refusal.headers ?? {})) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', PROBLEM_MEDIA_TYPE);
    response.end(JSON.stringify(problemOf(refusal, id)));
  }

  /** No route took the request: say whether the path is unknown or only the method is wrong. */
  private refine(refusal: Refusal, request: Request): Refusal {
    if (refusal.status !== 404 || request.route !== undefined) return refusal;
    const methods = allowedMethods(request.app, request.path);
    if (methods.length === 0) return { ...refusal, detail: `Nothing is served at ${request.method} of this path.` };
    return {
      status: 405,
      code: 'method_not_allowed',
      detail: `${request.method} is not possible here; use ${methods.join(', ')}.`,
      headers: { Allow: methods.join(', ') },
    };
  }
}
