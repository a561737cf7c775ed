import { CodedError } from './coded-error.js';

/** Every code of a {@link PlatformError}; stable, so that callers may switch on it. */
export type PlatformErrorCode =
  'ERR_SSE_INVALID_ID' | 'ERR_SSE_INVALID_OPTIONS' | 'ERR_SSE_NO_TRANSACTION' | 'ERR_SSE_TENANT_MISMATCH';

/** What the shared parts refuse: an id that no tenant or user can have, options at fault, a transaction that is not open. */
export class PlatformError extends CodedError<PlatformErrorCode> {
  constructor(code: PlatformErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options);
    this.name = 'PlatformError';
  }
}
