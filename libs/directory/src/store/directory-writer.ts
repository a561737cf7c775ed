import { Injectable } from '@nestjs/common';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { SseBroker, TENANT_KEY, userKey } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';
import { joinTenant } from '@nest-herald/platform/postgres';
import { placementOf, readDepartments, upsertDepartments } from './department-store.js';
import { DIRECTORY_CHANGED, type DirectoryChanged } from '../seams/directory-events.js';
import type { DepartmentInput, DepartmentRecord, PersonInput, PersonRecord } from '../people/directory-input.js';
import { DirectoryRefusal } from '../people/directory.errors.js';
import { membersOf, renewMemberships } from './memberships.js';
import { findManagerCycle, readPeople, upsertPeople } from './person-store.js';
import { PostgresDirectory } from './postgres-directory.js';

/** Most levels of a tree of departments. */
export const MAX_DEPARTMENT_LEVELS = 32;

/** Most people that one change names. With more, the connections of the whole tenant are reauthorised. */
const MAX_NAMED_CHANGES = 100;

/**
 * Writes the directory inside the caller's transaction. One writer per tenant at a time, so that two allowed changes cannot
 * make a cycle together, and keys are computed from a stable tree.
 *
 * Unknown ids are allowed as department, parent, leader and manager, so an import needs no order. A write without a change
 * publishes nothing and keeps the revision.
 */
@Injectable()
export class DirectoryWriter {
  constructor(
    private readonly directory: PostgresDirectory,
    private readonly broker: SseBroker,
  ) {}

  /**
   * @param expectedRevision `If-Match`.
   * @throws DirectoryRefusal 409 `manager_cycle`, 412 `precondition_failed`.
   */
  async putPerson(
    manager: EntityManager,
    tenantId: string,
    person: PersonInput & { readonly id: string },
    expectedRevision?: number,
  ): Promise<PersonRecord> {
    await this.#lock(manager, tenantId, 'putPerson');
    if (expectedRevision !== undefined) {
      const [known] = await readPeople(manager, tenantId, [person.id]);
      refuseStale(expectedRevision, known?.revision);
    }
    await this.#write(manager, tenantId, [person]);
    const [written] = await readPeople(manager, tenantId, [person.id]);
    if (written === undefined) throw new TypeError('The person was written, but could not be read.');
    return written;
  }

  /** Writes many people at once, for imports. @throws DirectoryRefusal 409 `manager_cycle`. */
  async putPeople(
    manager: EntityManager,
    tenantId: string,
    people: readonly (PersonInput & { readonly id: string })[],
  ): Promise<void> {
    await this.#lock(manager, tenantId, 'putPeople');
    await this.#write(manager, tenantId, people);
  }

  /**
   * Writes a department. With another parent, it moves with all people and departments below it.
   * @throws DirectoryRefusal 409 `department_cycle` | `department_too_deep`, 412 `precondition_failed`.
   */
  async putDepartment(
    manager: EntityManager,
    tenantId: string,
    department: DepartmentInput & { readonly id: string },
    expectedRevision?: number,
  ): Promise<DepartmentRecord> {
    await this.#lock(manager, tenantId, 'putDepartment');
    const [known] = await readDepartments(manager, tenantId, [department.id]);
    if (expectedRevision !== undefined) refuseStale(expectedRevision, known?.revision);
    if (department.parentId !== (known?.parentId ?? null)) {
      await refuseInvalidParent(manager, tenantId, department.id, department.parentId);
    }
    await upsertDepartments(manager, tenantId, [department]);
    if (department.parentId !== (known?.parentId ?? null)) {
      const moved = await membersOf(manager, tenantId, `dept:${department.id}`, null);
      await renewMemberships(manager, tenantId, moved);
      if (moved.length > 0) await this.#announce(manager, tenantId, moved);
    }
    const [written] = await readDepartments(manager, tenantId, [department.id]);
    if (written === undefined) throw new TypeError('The department was written, but could not be read.');
    return written;
  }

  async #write(
    manager: EntityManager,
    tenantId: string,
    people: readonly (PersonInput & { readonly id: string })[],
  ): Promise<void> {
    // A constraint of the table refuses this too, but with an error that users do not understand.
    refuseManagerCycle(people.find(({ id, managerId }) => id === managerId)?.id ?? null);
    const changed = await upsertPeople(manager, tenantId, people);
    if (changed.length === 0) return;
    refuseManagerCycle(await findManagerCycle(manager, tenantId, changed));
    await renewMemberships(manager, tenantId, changed);
    await this.#announce(manager, tenantId, changed);
  }

  /** Notifies listeners of this process after the commit, and all servers and the pages of these people by an event. */
  async #announce(manager: EntityManager, tenantId: string, userIds: readonly string[]): Promise<void> {
    const named = userIds.length <= MAX_NAMED_CHANGES ? userIds : [null];
    for (const userId of named) {
      this.directory.noteChange(manager, {
        tenantId: asTenantId(tenantId),
        userId: userId === null ? null : asUserId(userId),
      });
      const data: DirectoryChanged = { userId };
      const audience = userId === null ? TENANT_KEY : userKey(userId);
      await this.broker.publish(manager, { tenantId, audience }, { event: DIRECTORY_CHANGED, data });
    }
  }

  async #lock(manager: EntityManager, tenantId: string, method: string): Promise<void> {
    await joinTenant(manager, tenantId, `DirectoryWriter.${method}`);
    await manager.query(`select pg_advisory_xact_lock(hashtextextended('herald.directory:' || $1, 0))`, [tenantId]);
  }
}

function refuseManagerCycle(id: string | null): void {
  if (id === null) return;
  throw new DirectoryRefusal(
    'manager_cycle',
    `${id} would be their own manager, directly or through other managers. Change the manager higher up first.`,
  );
}

async function refuseInvalidParent(
  manager: EntityManager,
  tenantId: string,
  id: string,
  parentId: string | null,
): Promise<void> {
  const { isCycle, levels } = await placementOf(manager, tenantId, id, parentId, MAX_DEPARTMENT_LEVELS);
  if (isCycle) {
    throw new DirectoryRefusal(
      'department_cycle',
      `${id} cannot be below ${parentId}, which is the same department or below it. Give ${parentId} another parent first.`,
    );
  }
  if (levels > MAX_DEPARTMENT_LEVELS) {
    throw new DirectoryRefusal(
      'department_too_deep',
      `The tree would have ${levels} or more levels; at most ${MAX_DEPARTMENT_LEVELS} are allowed. Choose a higher parent.`,
    );
  }
}

function refuseStale(expected: number, actual: number | undefined): void {
  if (expected === actual) return;
  throw new DirectoryRefusal(
    'precondition_failed',
    actual === undefined
      ? 'The id does not exist yet. Send the request without If-Match to create it.'
      : `The resource is now at revision ${actual}. Reload it and retry.`,
  );
}
