import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventLog, Presence } from '@nest-herald/sse/spi';
import { createPostgresSse, type PostgresSse, type PostgresSseOptions } from '@nest-herald/sse/postgres';
import {
  describeBackplane,
  describeControlMailbox,
  describeEventLog,
  describePresence,
  describeRevocationStore,
  type OpenTransaction,
} from '@nest-herald/sse/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { appDataSourceOptions } from '../../src/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const framework = { describe, it };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Starts servers over the one database and stops them. */
class Servers {
  readonly #open: PostgresSse[] = [];
  readonly errors: string[] = [];

  next(options: Partial<PostgresSseOptions> = {}): PostgresSse {
    const server = createPostgresSse({
      ...options,
      connectionString: database.url,
      nodeId: `node-${this.#open.length}`,
      onError: (what, error) => this.errors.push(`${what}: ${String(error)}`),
    });
    this.#open.push(server);
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.#open) await server.stop();
    expect(this.errors).toEqual([]);
  }
}

describeEventLog(
  'PostgresEventLog with transactions of pg',
  () => {
    const servers = new Servers();
    const clients: pg.Client[] = [];
    return Promise.resolve({
      server: () => Promise.resolve(servers.next().eventLog),
      begin: async (): Promise<OpenTransaction> => {
        const client = new pg.Client({ connectionString: database.appUrl });
        await client.connect();
        clients.push(client);
        await client.query('BEGIN');
        return {
          tx: client,
          commit: async () => void (await client.query('COMMIT')),
          rollback: async () => void (await client.query('ROLLBACK')),
        };
      },
      close: async () => {
        for (const client of clients) await client.end();
        await servers.close();
      },
    });
  },
  framework,
);

describeEventLog(
  'PostgresEventLog with transactions of TypeORM',
  async () => {
    const servers = new Servers();
    const dataSource = await new DataSource(appDataSourceOptions({ url: database.url })).initialize();
    return {
      server: () => Promise.resolve(servers.next().eventLog),
      begin: async (_log: EventLog): Promise<OpenTransaction> => {
        const runner = dataSource.createQueryRunner();
        await runner.startTransaction();
        const end = async (command: 'commitTransaction' | 'rollbackTransaction'): Promise<void> => {
          await runner[command]();
          await runner.release();
        };
        return {
          tx: runner.manager,
          commit: () => end('commitTransaction'),
          rollback: () => end('rollbackTransaction'),
        };
      },
      close: async () => {
        await dataSource.destroy();
        await servers.close();
      },
    };
  },
  framework,
);

describeBackplane(
  'ListenBackplane',
  () => {
    const servers = new Servers();
    return Promise.resolve({ server: () => Promise.resolve(servers.next().backplane), close: () => servers.close() });
  },
  framework,
);

describePresence(
  'PostgresPresence',
  () => {
    const servers = new Servers();
    return Promise.resolve({
      server: (options) => Promise.resolve(servers.next(options).presence),
      close: () => servers.close(),
    });
  },
  framework,
);

describeRevocationStore(
  'PostgresRevocationStore',
  async () => {
    const servers = new Servers();
    const { revocationStore, eventLog } = servers.next();
    await eventLog.start({ announce: ignore, observe: ignore, wakeUp: ignore, identityChanged: ignore });
    return {
      store: revocationStore,
      log: eventLog,
      close: async () => {
        await eventLog.stop();
        await servers.close();
      },
    };
  },
  framework,
);

describeControlMailbox(
  'PostgresControlMailbox',
  () => {
    const servers = new Servers();
    const present: Presence[] = [];
    return Promise.resolve({
      server: async (nodeId) => {
        const { controlMailbox, presence } = servers.next();
        await presence.start({ nodeId });
        present.push(presence);
        await controlMailbox.open(nodeId);
        return controlMailbox;
      },
      close: async () => {
        for (const presence of present) await presence.stop();
        await servers.close();
      },
    });
  },
  framework,
);

function ignore(): void {}
