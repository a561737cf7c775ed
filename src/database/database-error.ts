import { CONFIGURATION_EXIT_CODE } from '../config/configuration-error.js';

/** Every code a {@link DatabaseError} can have; stable. */
export type DatabaseErrorCode =
  | 'ERR_DATABASE_BINARIES_MISSING'
  | 'ERR_DATABASE_IN_USE'
  | 'ERR_DATABASE_NEEDS_CONVERSION'
  | 'ERR_DATABASE_START_FAILED'
  | 'ERR_DATABASE_UNREACHABLE'
  | 'ERR_DATABASE_UNSAFE_ROLE';

/** The database cannot be used as it is configured. The message says what to change; the process ends with `exitCode`. */
export class DatabaseError extends Error {
  readonly exitCode = CONFIGURATION_EXIT_CODE;

  constructor(
    readonly code: DatabaseErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'DatabaseError';
  }
}
