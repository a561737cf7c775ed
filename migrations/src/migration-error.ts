/** Every code that a {@link MigrationError} can have; stable. */
export type MigrationErrorCode =
  | 'ERR_MIGRATION_FILE_CHANGED'
  | 'ERR_MIGRATION_NEEDS_CONVERSION'
  | 'ERR_MIGRATION_SIGNATURE_CHANGED'
  | 'ERR_MIGRATION_UNKNOWN_HISTORY';

/** The database cannot be migrated as it is. Nothing was changed. The message says what to do. */
export class MigrationError extends Error {
  /** `EX_CONFIG` of sysexits: trying again without a change will not help. */
  readonly exitCode = 78;

  constructor(
    readonly code: MigrationErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'MigrationError';
  }
}
