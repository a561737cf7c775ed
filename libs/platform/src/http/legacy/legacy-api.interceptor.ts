import { Refusal } from '../../problem/refusal.js';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { principalOfRequest } from '../permission.js';
import { map, type Observable } from 'rxjs';
import { requestedPage, withPage, type LegacyPage } from './legacy-paging.js';
import { renamed, type Fields, type LegacyRoute, type LegacyRoutes } from './legacy-route.js';

/** The parts of a request that are read and written here, of Express and Fastify. */
interface Request {
  body?: unknown;
  readonly query?: unknown;
}

/** A page of a list, with the requested total. */
interface OurPage {
  readonly items: readonly unknown[];
  readonly total?: number;
}

/**
 * Lets clients of the legacy API call a controller: before the pipes it replaces legacy field names by ours,
 * and after the handler it converts our answer to the legacy form, the latter only with `?compat=origin`. The code in between
 * (permissions, checks, transactions, stored answers of an `Idempotency-Key`) handles one form only.
 *
 * @throws Refusal 400 `invalid_request` for another value of `compat`, and for `compat` on a route without a legacy form.
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

/** Reads `compat` and removes it from the query, because the routes refuse unknown fields. */
function takeCompat(request: Request, route: LegacyRoute): boolean {
  const { compat, ...query } = fieldsOf(request.query);
  if (compat === undefined) return false;
  if (compat !== 'origin') throw refused('must be "origin" or absent');
  if (route.answer === undefined)
    throw refused('is not possible, because the legacy API has no such operation; remove it');
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
  const legacyRequest = { principal: principalOfRequest(request), body: fieldsOf(request.body) };
  if (route.isList !== true) return route.answer?.(ours, legacyRequest);
  const { items, total } = ours as OurPage;
  const { page, pageSize } = requestedPage(fieldsOf(request.query));
  const answered: LegacyPage = {
    items: items.map((item) => route.answer?.(item, legacyRequest)),
    page,
    page_size: pageSize,
    total: total ?? items.length,
  };
  return answered;
}

/** Express 5 recomputes the query on every read; an own property stays. */
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
