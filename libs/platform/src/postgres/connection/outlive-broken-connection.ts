import type { ClientBase } from 'pg';

/**
 * Keeps a process alive when a connection breaks. A `pg` client emits an `error` event beside the rejected query. Between two
 * statements, or in the tick in which a pool returns the client, that event has no listener and ends the process. The running
 * query or the next one rejects anyway.
 *
 * For `onConnect` of a `pg` pool, or of TypeORM: `TypeOrmModule.forRoot({ …, extra: { onConnect: outliveBrokenConnection } })`.
 */
export function outliveBrokenConnection(client: ClientBase): void {
  client.on('error', ignore);
}

function ignore(): void {
  return undefined;
}
