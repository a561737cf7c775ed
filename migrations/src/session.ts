import pg from 'pg';

/** One connection on which statements run one after another. */
export interface Session {
  query<T extends object = Record<string, unknown>>(
    sql: string,
    parameters?: unknown[],
  ): Promise<{ readonly rows: readonly T[] }>;
}

/** The part of a TypeORM `DataSource` that is used here. It must be initialised. */
interface DataSourceLike {
  createQueryRunner(): {
    query(sql: string, parameters?: unknown[]): Promise<unknown>;
    release(): Promise<void>;
  };
}

/** The part of a `pg` client that is used here; it is connected, and in no transaction. */
interface ClientLike {
  query(sql: string, parameters?: unknown[]): Promise<{ readonly rows: readonly object[] }>;
}

/** The part of a `pg` pool that is used here. */
interface PoolLike {
  readonly totalCount: number;
  connect(): Promise<PooledClientLike>;
}

interface PooledClientLike extends ClientLike {
  release(): void;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
}

/** A connection string, a connected `pg` client, a `pg` pool, or an initialised TypeORM `DataSource`. */
export type MigrationDatabase = string | ClientLike | PoolLike | DataSourceLike;

/** Listens to a broken connection: its statement fails, and without a listener the process would end, too. */
const outlive = (): void => undefined;

/** Works on one connection of the database; what it opens for that, it closes. */
export async function withSession<T>(database: MigrationDatabase, work: (session: Session) => Promise<T>): Promise<T> {
  if (typeof database === 'string') {
    const client = new pg.Client({ connectionString: database, application_name: 'herald-migrate' });
    client.on('error', outlive);
    await client.connect();
    try {
      return await work(client as Session);
    } finally {
      await client.end();
    }
  }
  if ('createQueryRunner' in database) {
    const runner = database.createQueryRunner();
    try {
      return await work({
        query: async <Row>(sql: string, parameters?: unknown[]) => ({
          rows: (await runner.query(sql, parameters)) as readonly Row[],
        }),
      });
    } finally {
      await runner.release();
    }
  }
  if ('totalCount' in database) {
    const client = await database.connect();
    // A pool listens to idle connections only.
    client.on('error', outlive);
    try {
      return await work(client as Session);
    } finally {
      client.off('error', outlive);
      client.release();
    }
  }
  return work(database as Session);
}
