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
  /** Someone who left is inactive: still resolvable by id, no longer a member of anything. */
  readonly active: boolean;
  readonly managerId: UserId | null;
  readonly roles: readonly string[];
  /** The first is the department of the person's own line. */
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

/** Says that what {@link Directory.keysOf} answers may have changed. */
export interface DirectoryChange {
  readonly tenantId: TenantId;
  /** null: everybody in the tenant, after a change of the tree. */
  readonly userId: UserId | null;
}

/**
 * Who works in a tenant: people, departments, managers, roles, positions, groups.
 *
 * A seam: the table-backed implementation reads schema `herald`; a host with an identity provider or HR system of its own
 * passes its own object. Everything is read in the caller's transaction, so a decision and what it was based on belong
 * together. Ids that the directory does not know are legal everywhere; they are simply absent from the answers.
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
   * Ids of the active people whom a key addresses (`role:finance`, `dept:sales` with all departments below it,
   * `pos:cfo`, `group:board`, `tenant`), sorted, at most `limit`.
   */
  members(manager: EntityManager, tenantId: TenantId, key: AudienceKey, limit: number): Promise<readonly UserId[]>;
  /** Keys that a person has by the directory: roles, departments with all ancestors, positions, groups. Never `tenant`, `user:` or `topic:`. */
  keysOf(tenantId: TenantId, userId: UserId): Promise<readonly AudienceKey[]>;
  /** Calls back after a committed change made through this process. @returns a function that ends it. */
  onChanged(listener: (change: DirectoryChange) => void): () => void;
}
