import { Inject, Injectable } from '@nestjs/common';
import { DIRECTORY, type Directory } from '@nest-herald/directory';
import { asTenantId } from '@nest-herald/platform';
import type { EntityManager } from 'typeorm';
import {
  EMPTY_DIRECTORY,
  type Department,
  type DirectoryQuestion,
  type DirectorySnapshot,
  type Person,
} from '../engine/directory/directory.js';

/** Passes after which a command that still asks is a fault of the engine. A chain of managers takes one pass per level. */
const MAX_PASSES = 60;

/** Most members that are read for one audience key: more than the engine allows at one step, so that it can refuse them. */
const MAX_MEMBERS = 500;

interface OpenQuestions {
  readonly kind: 'needs';
  readonly questions: readonly DirectoryQuestion[];
}

/** Answers the engine's questions from the host's directory, in the transaction of the command. */
@Injectable()
export class DirectoryAnswers {
  constructor(@Inject(DIRECTORY) private readonly directory: Directory) {}

  /**
   * Repeats an attempt with more answers until it has no open questions.
   *
   * @throws Error when it still has open questions after 60 passes
   */
  async complete<T extends { readonly kind: string }>(
    manager: EntityManager,
    tenantId: string,
    attempt: (directory: DirectorySnapshot) => T | OpenQuestions,
  ): Promise<Exclude<T, OpenQuestions>> {
    let known = EMPTY_DIRECTORY;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const result = attempt(known);
      if (result.kind !== 'needs') return result as Exclude<T, OpenQuestions>;
      known = await this.#answer(manager, tenantId, known, (result as OpenQuestions).questions);
    }
    throw new Error(`The engine still asks the directory after ${MAX_PASSES} passes.`);
  }

  /** The name of a person, or the id when the directory does not know the person. */
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
