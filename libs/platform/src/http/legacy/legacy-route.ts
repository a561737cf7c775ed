import type { Principal } from '../../identity/principal.js';

/** The fields of a body or a query. */
export type Fields = Readonly<Record<string, unknown>>;

/** Our field name for each legacy name; `null` for a field that is ignored. */
export type LegacyNames = Readonly<Record<string, string | null>>;

/** The request of a legacy answer, in our own names. */
export interface LegacyRequest {
  readonly principal: Principal;
  readonly body: Fields;
}

/**
 * The legacy form of one operation. Requests are always accepted in both forms. Answers have the legacy form only with
 * `?compat=origin`.
 */
export interface LegacyRoute {
  /** Fields of the body. If our name is sent too, the legacy name stays and is refused as unknown. */
  readonly body?: LegacyNames;
  /** Fields of the query. */
  readonly query?: LegacyNames;
  /** Conversions that names alone cannot express. `compat` is true when the legacy answer is requested. */
  readonly readBody?: (body: Fields, compat: boolean) => Fields;
  readonly readQuery?: (query: Fields, compat: boolean) => Fields;
  /** Converts an answer, or one item of a list. Absent: the legacy API has no such operation. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the handler of each route defines its answer
  readonly answer?: (ours: any, request: LegacyRequest) => unknown;
  /** A list: legacy requests have a page number, and answers are `items page page_size total`. */
  readonly isList?: boolean;
  /** HTTP status of the legacy answer, when ours has no body. @defaultValue that of the handler */
  readonly status?: number;
  /** Our own answer, when the handler returns more for the legacy answer. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly own?: (ours: any) => unknown;
}

/** The routes of one controller, by the name of their handler. */
export type LegacyRoutes = Readonly<Record<string, LegacyRoute>>;

/** Renames fields. */
export function renamed(fields: Fields, names: LegacyNames): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
      const ours = Object.hasOwn(names, name) ? names[name] : undefined;
      if (ours === null) return [];
      return [[ours === undefined || Object.hasOwn(fields, ours) ? name : ours, value]];
    }),
  );
}
