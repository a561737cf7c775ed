/** Exit code of a service that cannot start as it is configured (`EX_CONFIG` of sysexits). */
const CONFIGURATION_EXIT_CODE = 78;

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
