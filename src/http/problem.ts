import { STATUS_CODES } from 'node:http';

/** RFC 9457 problem document with the members of api.md §2. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable word that programs may switch on. */
  readonly code: string;
  /** One sentence for people. Never a stack, SQL, a secret, or another tenant's id. */
  readonly detail?: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** Media type of every refusal. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** A refusal on its way to become a {@link Problem}. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  /** Further members, such as `permission` or `denied`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'payload_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** The code of a refusal that names none itself. */
export function codeOfStatus(status: number): string {
  return CODE_OF_STATUS[status] ?? (status >= 500 ? 'internal_error' : 'invalid_request');
}

/** Completes a refusal. `type` is `about:blank`: the stable `code` says more than a page behind a URL would. */
export function problemOf(refusal: Refusal, requestId: string): Problem {
  return {
    ...refusal.extra,
    type: 'about:blank',
    title: STATUS_CODES[refusal.status] ?? 'Error',
    status: refusal.status,
    code: refusal.code,
    ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    requestId,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  };
}
