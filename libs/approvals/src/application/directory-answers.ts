import { Inject, Injectable } from '@nestjs/common';
import { DIRECTORY, type Directory } from '@nest-herald/directory';
import { asTenantId } from '@nest-herald/platform';
import type { EntityManager } from 'typeorm';
import {
  EMPTY_DIRECTORY,
  type DirectoryQuestion,
  type DirectorySnapshot,
  type Department,
  type Person,
} from '../engine/directory/directory.js';

/** Passes that one command may need: each asks as much as it can, a chain of managers one step at a time. */
const MAX_PASSES = 60;

/** Members of one audience key that are fetched; more than the engine lets act at one node, so that it can say so. */
const MAX_MEMBERS = 500;

interface Asking {
  readonly kind: 'needs';
  readonly questions: readonly DirectoryQuestion[];
}

/** Answers the engine's questions from the host's directory, in the transaction of the command. */
@Injectable()
export class DirectoryAnswers {
  constructor(@Inject(DIRECTORY) private readonly directory: Directory) {}

  /**
   * Asks until the engine has what it needs.
   * @throws Error when it goes on asking, which would be a fault of the engine.
   */
  async settle<T extends { readonly kind: string }>(
    manager: EntityManager,
    tenantId: string,
    attempt: (directory: DirectorySnapshot) => T | Asking,
  ): Promise<Exclude<T, Asking>> {
    let known = EMPTY_DIRECTORY;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const answer = attempt(known);
      if (answer.kind !== 'needs') return answer as Exclude<T, Asking>;
      known = await this.#answer(manager, tenantId, known, (answer as Asking).questions);
    }
    throw new Error(`The engine still asks about people after ${MAX_PASSES} passes.`);
  }

  /** A person's name, or the id where the directory does not know them. */
  async nameOf(manager: EntityManager, tenantId: string, userId: string): Promise<string> {
    const people = await this.directory.people(manager, asTenantId(tenantId), [userId]);
    return people.get(userId)?.name ?? userId;
  }

  async #answer(
    manager: EntityManager,
    tenant: string,
    known: DirectorySnapshot,
    questions: readonly DirectoryQuestion[],
  ): Promise<DirectorySnapshot> {
    const tenantId = asTenantId(tenant);
    const people = new Map(known.people);
    const departments = new Map(known.departments);
    const members = new Map(known.members);
    const idsOf = (kind: 'person' | 'department'): string[] =>
      questions.flatMap((question) => (question.kind === kind ? [question.id] : []));
    const personIds = idsOf('person');
    if (personIds.length > 0) {
      const found = await this.directory.people(manager, tenantId, personIds);
      for (const id of personIds) people.set(id, (found.get(id) satisfies Person | undefined) ?? null);
    }
    const departmentIds = idsOf('department');
    if (departmentIds.length > 0) {
      const found = await this.directory.departments(manager, tenantId, departmentIds);
      for (const id of departmentIds) departments.set(id, (found.get(id) satisfies Department | undefined) ?? null);
    }
    for (const question of questions) {
      if (question.kind === 'members') {
        members.set(question.key, await this.directory.members(manager, tenantId, question.key, MAX_MEMBERS));
      }
    }
    return { people, departments, members };
  }
}
