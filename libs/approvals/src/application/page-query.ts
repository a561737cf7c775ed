/** Which page of a list is requested. `offset` and `total` are for clients that use page numbers. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly offset?: number | undefined;
  readonly total?: boolean | undefined;
}
