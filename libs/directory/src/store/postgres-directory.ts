import { Inject, Injectable, Logger } from '@nestjs/common';
import { asTenantId, asUserId, type TenantId, type UserId } from '@nest-herald/platform';
import type { AudienceKey } from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { AfterCommit } from './after-commit.js';
import type { DataSource, EntityManager } from 'typeorm';
import { readDepartments } from './department-store.js';
import { DIRECTORY_DATA_SOURCE } from '../seams/directory-data-source.js';
import type { Directory, DirectoryChange, DirectoryDepartment, DirectoryPerson } from '../seams/directory.js';
import { membersOf, keysOf } from './memberships.js';
import { readPeople } from './person-store.js';

/** The directory in the tables of schema `herald`. `DirectoryWriter` writes them. */
@Injectable()
export class PostgresDirectory implements Directory {
  readonly #logger = new Logger(PostgresDirectory.name);
  readonly #listeners = new Set<(change: DirectoryChange) => void>();
  readonly #committed: AfterCommit<DirectoryChange>;

  constructor(
    @Inject(DIRECTORY_DATA_SOURCE) dataSource: DataSource,
    private readonly transactions: TenantTransaction,
  ) {
    this.#committed = new AfterCommit(dataSource, (changes) => this.#notifyListeners(changes));
  }

  async people(
    manager: EntityManager,
    tenantId: TenantId,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, DirectoryPerson>> {
    const records = await readPeople(manager, tenantId, ids);
    return new Map(
      records.map(({ id, name, email, active, managerId, roles, departmentIds, positionIds, groupIds }) => [
        id,
        {
          id: asUserId(id),
          tenantId,
          name,
          email,
          active,
          managerId: managerId === null ? null : asUserId(managerId),
          roles,
          departmentIds,
          positionIds,
          groupIds,
        },
      ]),
    );
  }

  async departments(
    manager: EntityManager,
    tenantId: TenantId,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, DirectoryDepartment>> {
    const records = await readDepartments(manager, tenantId, ids);
    return new Map(
      records.map(({ id, name, parentId, leaderId }) => [
        id,
        { id, name, parentId, leaderId: leaderId === null ? null : asUserId(leaderId) },
      ]),
    );
  }

  async members(
    manager: EntityManager,
    tenantId: TenantId,
    key: AudienceKey,
    limit: number,
  ): Promise<readonly UserId[]> {
    return (await membersOf(manager, tenantId, key, limit)).map((id) => asUserId(id));
  }

  /** Runs in its own transaction. Do not call it while the caller occupies a connection of the same pool. */
  async keysOf(tenantId: TenantId, userId: UserId): Promise<readonly AudienceKey[]> {
    return this.transactions.run(asTenantId(tenantId), (manager) => keysOf(manager, tenantId, userId));
  }

  onChanged(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Notes a change of the writer until the commit of its transaction. */
  noteChange(manager: EntityManager, change: DirectoryChange): void {
    this.#committed.note(manager, change);
  }

  #notifyListeners(changes: readonly DirectoryChange[]): void {
    for (const change of changes) {
      for (const listener of this.#listeners) {
        try {
          listener(change);
        } catch (error) {
          // The change is committed, and the other listeners must still be called.
          this.#logger.error(`A listener of the directory threw: ${String(error)}`);
        }
      }
    }
  }
}
