import type { Department, DirectoryQuestion, DirectorySnapshot, Person } from './directory.js';

/**
 * Reads a snapshot and records which answers are missing in it.
 *
 * The engine continues as far as it can, so that one pass collects as many questions as possible; nothing is decided while
 * `missing` is not empty. A lookup returns `undefined` when its answer is missing, and `null` when the person or department
 * does not exist (in this tenant, or is no longer active).
 */
export class DirectoryReader {
  readonly #missing = new Map<string, DirectoryQuestion>();
  readonly #snapshot: DirectorySnapshot;
  readonly #tenantId: string;

  constructor(snapshot: DirectorySnapshot, tenantId: string) {
    this.#snapshot = snapshot;
    this.#tenantId = tenantId;
  }

  /** The questions without an answer. */
  get missing(): readonly DirectoryQuestion[] {
    return [...this.#missing.values()];
  }

  /** An active person of the tenant. */
  person(id: string): Person | null | undefined {
    const person = this.#snapshot.people.get(id);
    if (person === undefined) return this.#ask({ kind: 'person', id });
    return person !== null && person.active && person.tenantId === this.#tenantId ? person : null;
  }

  department(id: string): Department | null | undefined {
    const department = this.#snapshot.departments.get(id);
    return department === undefined ? this.#ask({ kind: 'department', id }) : department;
  }

  /** The ids of the people of an audience key, inactive people included. */
  members(key: string): readonly string[] | undefined {
    const members = this.#snapshot.members.get(key);
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
