import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Settings } from '../config/settings.js';
import { rewriteAliases } from './aliases.js';
import { PROBLEM_HOOKS, PROBLEM_MEDIA_TYPE, problemDocument, type ProblemHooks } from '@nest-herald/platform/http';
import { ServiceProblemFilter } from './service-problem.filter.js';
import { requestId, requestIdOf } from './request-id.js';
import { traceContext } from './trace-context.js';

/** Largest JSON body, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Longest request target (path and query), in bytes. */
const MAX_TARGET_BYTES = 12 * 1024;

/** Request headers that pages of an allowed origin may send. */
const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Cache-Control',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'Last-Event-ID',
  'Traceparent',
  'X-Request-Id',
];

/**
 * Sets up what applies to every request before its route: request ids, limits, security headers, cross-origin rules, body
 * parsing. Call it once, before the application listens.
 */
export function applyHttpRules(app: NestExpressApplication, settings: Settings): void {
  app.disable('x-powered-by');
  app.set('trust proxy', settings.trustProxy);
  app.use(requestId);
  app.use(traceContext);
  app.use(refuseLongTargets);
  app.use(securityHeaders(settings.production));
  if (settings.corsOrigins.length > 0) {
    app.enableCors({
      origin: [...settings.corsOrigins],
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: REQUEST_HEADERS,
      exposedHeaders: ['ETag', 'Location', 'Retry-After', 'X-Request-Id'],
      maxAge: 600,
    });
  }
  app.use(rewriteAliases);
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  const hooks = app.get<ProblemHooks>(PROBLEM_HOOKS, { strict: false });
  // The filter of the sse package counts refusals of streams. Refusals of other routes are not counted.
  app.useGlobalFilters(new ServiceProblemFilter({ translate: (error) => hooks.translate(error), observe: () => {} }));
}

function securityHeaders(production: boolean) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Outside production the service runs over plain http, where this header is meaningless.
    strictTransportSecurity: production,
    referrerPolicy: { policy: 'same-origin' },
  });
}

function refuseLongTargets(request: Request, response: Response, next: NextFunction): void {
  if (Buffer.byteLength(request.url) <= MAX_TARGET_BYTES) return next();
  const refusal = { status: 414, code: 'uri_too_long', detail: 'The path and query are longer than 12 KiB.' };
  response.status(414).setHeader('Content-Type', PROBLEM_MEDIA_TYPE);
  response.end(JSON.stringify(problemDocument(refusal, requestIdOf(request))));
}
