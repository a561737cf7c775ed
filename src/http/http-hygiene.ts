import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Settings } from '../config/settings.js';
import { aliases } from './aliases.js';
import { PROBLEM_HOOKS, PROBLEM_MEDIA_TYPE, problemDocument, type ProblemHooks } from '@nest-herald/platform/http';
import { ServiceProblemFilter } from './service-problem.filter.js';
import { requestId, requestIdOf } from './request-id.js';
import { traceContext } from './trace-context.js';

/** Largest JSON body, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Longest request target (path and query), in bytes. */
const MAX_TARGET_BYTES = 12 * 1024;

/** Headers that a page of an allowed origin may send. */
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
 * What holds for every request, before any route: request ids, limits, security headers, cross-origin rules, bodies.
 * Call it once, before the application listens.
 */
export function applyHttpHygiene(app: NestExpressApplication, settings: Settings): void {
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
  app.use(aliases);
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  const hooks = app.get<ProblemHooks>(PROBLEM_HOOKS, { strict: false });
  // Refusals of streams are counted by the package's own filter; those of other routes are not.
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
    // Meaningless over plain http, and a promise that a laptop's demo cannot keep.
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
