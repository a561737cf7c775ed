/** What was there before: who ended the task, when, and by what. */
export interface DecidedBefore {
  readonly by: string | null;
  readonly at: string | null;
  readonly action: string | null;
}

/** A refusal of the service as the pages show it: RFC 9457 problem documents, and the failures below HTTP. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** Stable code of the service; `network`, `timeout` or `http_<status>` where there is no document. */
    readonly code: string,
    /** What the service says about it, in its own words. */
    readonly detail: string,
    readonly requestId: string | null = null,
    /** Faults of single fields. */
    readonly errors: readonly { readonly path: string; readonly message: string }[] = [],
    readonly retryAfterMs: number | null = null,
    /** Who decided first, where the code is `already_decided` (api.md §6). */
    readonly decided: DecidedBefore | null = null,
  ) {
    super(detail);
  }
}

/** A refusal as it is, anything else as a fault of the page. */
export function asProblem(fault: unknown): ApiProblem {
  return fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
}

/** Reads the problem out of an answer that is not 2xx. Never throws: a body that is no document is ignored. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = asRecord(await response.json().catch(() => null));
  const errors = Array.isArray(body['errors']) ? body['errors'].map(asRecord) : [];
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiProblem(
    response.status,
    text(body['code']) ?? `http_${response.status}`,
    text(body['detail']) ?? text(body['title']) ?? response.statusText,
    text(body['requestId']),
    errors.map((fault) => ({ path: text(fault['path']) ?? '', message: text(fault['message']) ?? '' })),
    Number.isFinite(retryAfter) ? retryAfter * 1000 : null,
    body['code'] === 'already_decided'
      ? { by: text(body['by']), at: text(body['at']), action: text(body['action']) }
      : null,
  );
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
