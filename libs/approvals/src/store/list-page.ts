/** A part of a list, newest first: `limit` rows that are older than the row `before`. */
export interface ListPage {
  readonly before: string | null;
  readonly limit: number;
  readonly offset?: number | undefined;
}
