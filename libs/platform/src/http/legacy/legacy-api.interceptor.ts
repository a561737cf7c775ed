import { Refusal } from '../../problem/refusal.js';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { principalOfRequest } from '../permission.js';
import { map, type Observable } from 'rxjs';
import { pageAsked, withPage, type LegacyPage } from './legacy-paging.js';
import { renamed, type Fields, type LegacyRoute, type LegacyRoutes } from './legacy-route.js';

/** The request, as far as it is read and written here; Express and Fastify both fit. */
interface Request {
  body?: unknown;
  readonly query?: unknown;
}

/** A page as our lists answer it, with the total that was asked for. */
interface OurPage {
  readonly items: readonly unknown[];
  readonly total?: number;
}

/**
 * Lets clients of the origin call a controller: before the pipes it puts the origin's names into ours, behind the
 * handler it puts our answer into the origin's form, the latter only with `?compat=origin`. What stands between (rights,
 * checks, transactions, kept answers of an `Idempotency-Key`) knows one form only.
 *
 * @throws Refusal 400 `invalid_request` for another value of `compat`, and for `compat` on a route that the origin lacks.
 */
export class LegacyApi implements NestInterceptor {
  constructor(private readonly routes: LegacyRoutes) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const route = this.routes[context.getHandler().name] ?? {};
    const compat = takeCompat(request, route);
    translateRequest(request, route, compat);
    return next.handle().pipe(
      map((ours: unknown) => {
        if (!compat) return route.own?.(ours) ?? ours;
        const answer = answerOf(route, ours, request);
        return route.status === undefined ? answer : Response.json(answer, { status: route.status });
      }),
    );
  }
}

/** Reads `compat` and takes it out of the query, which the routes check for unknown fields. */
function takeCompat(request: Request, route: LegacyRoute): boolean {
  const { compat, ...query } = fieldsOf(request.query);
  if (compat === undefined) return false;
  if (compat !== 'origin') throw refused('must be "origin", or be left out');
  if (route.answer === undefined) throw refused('the origin has no such operation; leave it out');
  setQuery(request, query);
  return true;
}

function translateRequest(request: Request, route: LegacyRoute, compat: boolean): void {
  if (isFields(request.body)) {
    const body = renamed(request.body, route.body ?? {});
    request.body = route.readBody?.(body, compat) ?? body;
  }
  let query = renamed(fieldsOf(request.query), route.query ?? {});
  if (route.isList === true && compat) query = { ...withPage(query), total: 'true' };
  setQuery(request, route.readQuery?.(query, compat) ?? query);
}

function answerOf(route: LegacyRoute, ours: unknown, request: Request): unknown {
  const asked = { principal: principalOfRequest(request), body: fieldsOf(request.body) };
  if (route.isList !== true) return route.answer?.(ours, asked);
  const { items, total } = ours as OurPage;
  const { page, pageSize } = pageAsked(fieldsOf(request.query));
  const answered: LegacyPage = {
    items: items.map((item) => route.answer?.(item, asked)),
    page,
    page_size: pageSize,
    total: total ?? items.length,
  };
  return answered;
}

/** Express 5 computes the query anew on every look; an own property stays. */
function setQuery(request: Request, query: Fields): void {
  Object.defineProperty(request, 'query', { value: query, configurable: true, enumerable: true, writable: true });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function refused(message: string): Refusal {
  return new Refusal(400, 'invalid_request', `compat ${message}.`, { errors: [{ path: 'compat', message }] });
}
