import { CodedError } from '@nest-herald/platform';

/** Every code of an {@link SseError}. The codes are stable, so callers may switch on them. */
export type SseErrorCode =
  | 'ERR_SSE_INVALID_ID'
  | 'ERR_SSE_INVALID_OPTIONS'
  | 'ERR_SSE_INVALID_EVENT'
  | 'ERR_SSE_INVALID_TOPIC'
  | 'ERR_SSE_RESERVED_EVENT'
  | 'ERR_SSE_RESERVED_TOPIC'
  | 'ERR_SSE_EVENT_TOO_LARGE'
  | 'ERR_SSE_TOPICS_DISABLED'
  | 'ERR_SSE_NO_TRANSACTION'
  | 'ERR_SSE_TENANT_MISMATCH'
  | 'ERR_SSE_NOT_STARTED'
  | 'ERR_SSE_DRAINING'
  | 'ERR_SSE_STORAGE'
  | 'ERR_SSE_BACKPLANE';

/** The error of this package: a stable `code`, a message that names the remedy, and the cause where there is one. */
export class SseError extends CodedError<SseErrorCode> {
  constructor(code: SseErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options);
    this.name = 'SseError';
  }
}
