import type { Principal } from '../../identity/principal.js';

/** The fields of a body or a query. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields by the origin's name; `null` for one that says nothing here and is passed over. */
export type LegacyNames = Readonly<Record<string, string | null>>;

/** What a request asked for, in our own names. */
export interface LegacyRequest {
  readonly principal: Principal;
  readonly body: Fields;
}

/**
 * What the origin calls the parts of one operation. Requests are understood in both forms
 * always; answers are the origin's only where `?compat=origin` asks for them.
 */
export interface LegacyRoute {
  /** Fields of the body. A name of ours that is sent too wins: the origin's then stays, and is refused as unknown. */
  readonly body?: LegacyNames;
  /** Fields of the query. */
  readonly query?: LegacyNames;
  /** What names alone cannot say of the body or the query; `compat` when the origin's answer is asked for. */
  readonly readBody?: (body: Fields, compat: boolean) => Fields;
  readonly readQuery?: (query: Fields, compat: boolean) => Fields;
  /** The answer in the origin's form; of lists, of one item. Absent: the origin has no such operation. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each route's own handler says what it answers
  readonly answer?: (ours: any, request: LegacyRequest) => unknown;
  /** A list: the origin asks for it by page number, and its answer is `items page page_size total`. */
  readonly isList?: boolean;
  /** HTTP status of the origin's answer, where ours has no body. @defaultValue that of the handler */
  readonly status?: number;
  /** Our own answer, where the handler says more than it for the origin's sake. */
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
