/** The facts about a person that the engine uses. */
export interface Person {
  readonly id: string;
  /** The engine ignores people of another tenant. */
  readonly tenantId: string;
  readonly name: string;
  /** The engine ignores inactive people. */
  readonly active: boolean;
  readonly managerId: string | null;
  readonly roles: readonly string[];
  /** The first department is the person's main department. */
  readonly departmentIds: readonly string[];
  readonly positionIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Who acts for this person now, by a substitution that covers this instance. */
  readonly substituteId?: string | null;
}

/** The facts about a department that the engine uses. */
export interface Department {
  readonly id: string;
  readonly parentId: string | null;
  readonly leaderId: string | null;
}

/** A fact that the engine needs before it can decide. */
export type DirectoryQuestion =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'department'; readonly id: string }
  /** The ids of the people of an audience key: `role:finance`, `dept:sales`, `pos:cfo`, `group:board`. */
  | { readonly kind: 'members'; readonly key: string };

/**
 * Answers of the host's directory for one tenant, read in the transaction of the command. `null` and an empty list are
 * answers; a missing entry is a question that has not been asked.
 */
export interface DirectorySnapshot {
  readonly people: ReadonlyMap<string, Person | null>;
  readonly departments: ReadonlyMap<string, Department | null>;
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/** A snapshot without any answer. */
export const EMPTY_DIRECTORY: DirectorySnapshot = { people: new Map(), departments: new Map(), members: new Map() };
