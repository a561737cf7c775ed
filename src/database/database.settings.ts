/** The database settings, as read from the environment. */
export interface DatabaseSettings {
  /** Login for requests. Absent: the built-in PostgreSQL in `dataDir` is started. */
  readonly databaseUrl?: string;
  /** Login that creates roles and migrates. @defaultValue `databaseUrl` */
  readonly migrationUrl?: string;
  /** Direct login for LISTEN, past a transaction-mode pooler. @defaultValue `databaseUrl` */
  readonly listenUrl?: string;
  /** Convert a database of version 0.1.0. The built-in one is always converted. @defaultValue false */
  readonly convert?: boolean;
  /** Directory of the built-in PostgreSQL. */
  readonly dataDir: string;
}
