import { Refusal } from '../../problem/refusal.js';
import { MAX_OFFSET } from '../paging.js';
import type { Fields } from './legacy-route.js';

const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 20;

/** The requested page of a list. */
export interface RequestedPage {
  readonly page: number;
  readonly pageSize: number;
}

/** A page in an answer of the legacy API. */
export interface LegacyPage {
  readonly items: readonly unknown[];
  readonly page: number;
  readonly page_size: number;
  /** Number of all items of the list. */
  readonly total: number;
}

/**
 * Converts `page` (default 1) and `page_size` (default 20, at most 100) to `limit` and `offset`.
 * @throws Refusal 400 `invalid_request` for a page that is not a number of at least 1, starts after the first 10,000 items, or
 * is combined with `limit`, `offset` or `cursor`.
 */
export function withPage(query: Fields): Fields {
  const { page, page_size: pageSize, ...others } = query;
  if (page === undefined && pageSize === undefined) return query;
  const other = ['limit', 'offset', 'cursor'].find((name) => Object.hasOwn(others, name));
  if (other !== undefined) throw refusal('page', `page and page_size cannot be combined with ${other}`);
  const size = numberOf('page_size', pageSize ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const number = numberOf('page', page ?? 1, Math.floor(MAX_OFFSET / size) + 1);
  return { ...others, limit: String(size), offset: String((number - 1) * size) };
}

/** The page for `limit` and `offset`, which the list's own schema has checked. */
export function requestedPage(query: Fields): RequestedPage {
  const pageSize = Number(query['limit'] ?? DEFAULT_PAGE_SIZE);
  return { page: Math.floor(Number(query['offset'] ?? 0) / pageSize) + 1, pageSize };
}

function numberOf(name: string, value: unknown, max: number): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw refusal(name, `must be a number from 1 to ${max}`);
}

function refusal(path: string, message: string): Refusal {
  const detail = 'The request does not have the expected form; see "errors".';
  return new Refusal(400, 'invalid_request', detail, { errors: [{ path, message }] });
}
