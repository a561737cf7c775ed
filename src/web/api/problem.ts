/** The decision that came first: who ended the task, when, and with which verb. */
export interface EarlierDecision {
  readonly by: string | null;
  readonly at: string | null;
  readonly action: string | null;
}

/** A refusal of the service (an RFC 9457 problem document), or a failure below HTTP. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** HTTP status, or 0 without a response. */
    readonly status: number,
    /** Stable code of the service. Without a document: `network`, `timeout` or `http_<status>`. */
    readonly code: string,
    /** The service's own text, in English. */
    readonly detail: string,
    readonly requestId: string | null = null,
    /** Faults of single fields. */
    readonly errors: readonly { readonly path: string; readonly message: string }[] = [],
    readonly retryAfterMs: number | null = null,
    /** Only with the code `already_decided`. */
    readonly earlierDecision: EarlierDecision | null = null,
  ) {
    super(detail);
  }
}

/** Wraps anything that is not a refusal as an internal fault of the page. */
export function asProblem(fault: unknown): ApiProblem {
  return fault instanceof ApiProblem ? fault : new ApiProblem(0, 'internal', String(fault));
}

/** Reads the problem of a response that is not 2xx. Never throws: a body that is no problem document is ignored. */
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
