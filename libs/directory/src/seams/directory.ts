import type { AudienceKey } from '@nest-herald/sse';
import type { TenantId, UserId } from '@nest-herald/platform';
import type { EntityManager } from 'typeorm';

/** Injection token of the {@link Directory}. */
export const DIRECTORY = Symbol('DIRECTORY');

/** A person as the host's directory knows them. */
export interface DirectoryPerson {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly name: string;
  readonly email: string | null;
  /** A person who left is inactive: still resolvable by id, but without memberships. */
  readonly active: boolean;
  readonly managerId: UserId | null;
  readonly roles: readonly string[];
  /** The first is the person's main department. */
  readonly departmentIds: readonly string[];
  readonly positionIds: readonly string[];
  readonly groupIds: readonly string[];
}

/** A department in the tenant's tree. */
export interface DirectoryDepartment {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly leaderId: UserId | null;
}

/** The result of {@link Directory.keysOf} may have changed. */
export interface DirectoryChange {
  readonly tenantId: TenantId;
  /** The person; null for all people of the tenant, after a change of the tree. */
  readonly userId: UserId | null;
}

/**
 * The people of a tenant: departments, managers, roles, positions, groups.
 *
 * A seam: the implementation on tables reads schema `herald`; a host with its own identity provider or HR system passes its
 * own object. Reads run in the caller's transaction, so a decision and its basis are consistent. Unknown ids are allowed
 * everywhere; they are absent from the answers.
 */
export interface Directory {
  people(
    manager: EntityManager,
    tenantId: TenantId,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, DirectoryPerson>>;
  departments(
    manager: EntityManager,
    tenantId: TenantId,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, DirectoryDepartment>>;
  /**
   * Ids of the active people that a key addresses (`role:finance`, `dept:sales` with all departments below it,
   * `pos:cfo`, `group:board`, `tenant`), sorted, at most `limit`.
   */
  members(manager: EntityManager, tenantId: TenantId, key: AudienceKey, limit: number): Promise<readonly UserId[]>;
  /** The keys of a person: roles, departments with all ancestors, positions, groups. Never `tenant`, `user:` or `topic:`. */
  keysOf(tenantId: TenantId, userId: UserId): Promise<readonly AudienceKey[]>;
  /** Calls back after each committed change that this process made. @returns a function that ends it. */
  onChanged(listener: (change: DirectoryChange) => void): () => void;
}
