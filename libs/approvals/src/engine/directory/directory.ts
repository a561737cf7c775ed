/** What the engine needs to know about a person. */
export interface Person {
  readonly id: string;
  /** People of another tenant are dropped wherever they turn up. */
  readonly tenantId: string;
  readonly name: string;
  /** Inactive people are dropped. */
  readonly active: boolean;
  readonly managerId: string | null;
  readonly roles: readonly string[];
  /** The first is the department of the person's own line. */
  readonly departmentIds: readonly string[];
  readonly positionIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Who acts for this person now, by a substitution that covers this instance. */
  readonly substituteId?: string | null;
}

/** What the engine needs to know about a department. */
export interface Department {
  readonly id: string;
  readonly parentId: string | null;
  readonly leaderId: string | null;
}

/** Something that the engine must know before it can decide. */
export type DirectoryQuestion =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'department'; readonly id: string }
  /** The ids of the people whom an audience key addresses: `role:finance`, `dept:sales`, `pos:cfo`, `group:board`. */
  | { readonly kind: 'members'; readonly key: string };

/**
 * Answers of the host's directory for one tenant, read in the transaction of the command. `null` (or an empty list) is an
 * answer; a missing entry is a question not asked yet.
 */
export interface DirectorySnapshot {
  readonly people: ReadonlyMap<string, Person | null>;
  readonly departments: ReadonlyMap<string, Department | null>;
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/** A snapshot that answers nothing. */
export const EMPTY_DIRECTORY: DirectorySnapshot = { people: new Map(), departments: new Map(), members: new Map() };

/**
 * Reads a snapshot and notes what is missing in it.
 *
 * The engine goes on as far as it can, so one pass asks as much as possible; nothing is decided while `missing` is not
 * empty. A lookup gives `undefined` when it had to be noted, and `null` when there is no such person or department (in
 * this tenant, or active any more).
 */
export class DirectoryReader {
  readonly #missing = new Map<string, DirectoryQuestion>();

  constructor(
    private readonly snapshot: DirectorySnapshot,
    private readonly tenantId: string,
  ) {}

  /** The questions to be answered before the command can be decided. */
  get missing(): readonly DirectoryQuestion[] {
    return [...this.#missing.values()];
  }

  /** An active person of the tenant. */
  person(id: string): Person | null | undefined {
    const person = this.snapshot.people.get(id);
    if (person === undefined) return this.#ask({ kind: 'person', id });
    return person !== null && person.active && person.tenantId === this.tenantId ? person : null;
  }

  department(id: string): Department | null | undefined {
    const department = this.snapshot.departments.get(id);
    return department === undefined ? this.#ask({ kind: 'department', id }) : department;
  }

  /** Ids of the people whom an audience key addresses; not yet checked for being active. */
  members(key: string): readonly string[] | undefined {
    const members = this.snapshot.members.get(key);
    return members === undefined ? this.#ask({ kind: 'members', key }) : members;
  }

  #ask(question: DirectoryQuestion): undefined {
    this.#missing.set(
      question.kind === 'members' ? `members ${question.key}` : `${question.kind} ${question.id}`,
      question,
    );
    return undefined;
  }
}
