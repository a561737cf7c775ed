import type { Department, DirectoryQuestion, DirectorySnapshot, Person } from '../engine/directory/directory.js';

/** A directory of one tenant in memory, for tests of processes. */
export class MemoryDirectory {
  readonly tenantId: string;
  readonly #people = new Map<string, Person>();
  readonly #departments = new Map<string, Department>();

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  /** Adds or replaces a person. Facts that are left out are empty; the person is active. */
  person(id: string, facts: Partial<Person> = {}): this {
    this.#people.set(id, {
      id,
      tenantId: this.tenantId,
      name: id,
      active: true,
      managerId: null,
      roles: [],
      departmentIds: [],
      positionIds: [],
      groupIds: [],
      ...facts,
    });
    return this;
  }

  /** Adds or replaces a department. */
  department(id: string, leaderId: string | null, parentId: string | null = null): this {
    this.#departments.set(id, { id, leaderId, parentId });
    return this;
  }

  /** Adds the answers to some questions to a snapshot. */
  answer(known: DirectorySnapshot, questions: readonly DirectoryQuestion[]): DirectorySnapshot {
    const people = new Map(known.people);
    const departments = new Map(known.departments);
    const members = new Map(known.members);
    for (const question of questions) {
      if (question.kind === 'person') people.set(question.id, this.#people.get(question.id) ?? null);
      else if (question.kind === 'department') departments.set(question.id, this.#departments.get(question.id) ?? null);
      else members.set(question.key, this.#membersOf(question.key));
    }
    return { people, departments, members };
  }

  #membersOf(key: string): readonly string[] {
    const [kind, id = ''] = key.split(/:(.*)/s);
    const listOf = (person: Person): readonly string[] =>
      kind === 'role'
        ? person.roles
        : kind === 'dept'
          ? person.departmentIds
          : kind === 'pos'
            ? person.positionIds
            : person.groupIds;
    return [...this.#people.values()].filter((person) => listOf(person).includes(id)).map((person) => person.id);
  }
}

/** A directory with a chain of managers, two departments, finance, HR, legal, a board and an administrator. */
export function sampleDirectory(tenantId = 'acme'): MemoryDirectory {
  return new MemoryDirectory(tenantId)
    .person('ada', { managerId: 'mia', departmentIds: ['sales'] })
    .person('ben', { managerId: 'mia', departmentIds: ['sales'] })
    .person('mia', { managerId: 'leo', departmentIds: ['sales'] })
    .person('leo', { managerId: 'zoe', departmentIds: ['head'], groupIds: ['board'] })
    .person('zoe', { departmentIds: ['head'], groupIds: ['board'], positionIds: ['ceo'] })
    .person('fin1', { roles: ['finance'], managerId: 'leo' })
    .person('fin2', { roles: ['finance'], managerId: 'leo' })
    .person('fin3', { roles: ['finance'], managerId: 'leo' })
    .person('hanna', { roles: ['hr'] })
    .person('lena', { roles: ['legal'] })
    .person('root', { roles: ['admin'] })
    .person('gone', { active: false, roles: ['finance', 'hr'] })
    .person('spy', { tenantId: 'beta', roles: ['finance'] })
    .department('sales', 'leo', 'head')
    .department('head', 'zoe');
}
