import { CodedError } from './coded-error.js';

/** Every code of a {@link PlatformError}; stable, so callers may switch on it. */
export type PlatformErrorCode =
  'ERR_SSE_INVALID_ID' | 'ERR_SSE_INVALID_OPTIONS' | 'ERR_SSE_NO_TRANSACTION' | 'ERR_SSE_TENANT_MISMATCH';

/** An error of the shared parts: an invalid id, invalid options, no open transaction, or a transaction of another tenant. */
export class PlatformError extends CodedError<PlatformErrorCode> {
  constructor(code: PlatformErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options);
    this.name = 'PlatformError';
  }
}
