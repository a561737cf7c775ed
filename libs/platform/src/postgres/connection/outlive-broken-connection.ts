import type { ClientBase } from 'pg';

/**
 * Keeps a process alive whose connection breaks while nobody listens. A `pg` client tells of a broken line by an `error` event
 * beside the rejected query; between two statements, or in the tick in which a pool hands it out, that event has no listener and
 * ends the process. The query that was under way, or the next one, tells its caller anyway.
 *
 * For `onConnect` of a `pg` pool, or of TypeORM: `TypeOrmModule.forRoot({ …, extra: { onConnect: outliveBrokenConnection } })`.
 */
export function outliveBrokenConnection(client: ClientBase): void {
  client.on('error', ignore);
}

function ignore(): void {
  return undefined;
}
