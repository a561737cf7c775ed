import type { AssigneeSpec } from '../definition/definition.js';
import type { Person } from '../directory/directory.js';
import type { DirectoryReader } from '../directory/directory-reader.js';
import { picksFor, type InstanceState } from '../instance/instance-state.js';

/** Longest chain of substitutes of substitutes. */
const MAX_SUBSTITUTION_HOPS = 5;

/** A person who acts at a step, possibly as a substitute. */
export interface Assignee {
  readonly person: Person;
  /** The person that the assignee substitutes, or null. */
  readonly onBehalfOf: string | null;
}

/** The people of an assignee spec. */
export interface ResolvedAssignees {
  /** Active people of the tenant, each once, in the order of the spec. */
  readonly assignees: readonly Assignee[];
  /** Audience keys of the same people (`role:finance`). */
  readonly audienceKeys: readonly string[];
}

/**
 * Finds the people of an assignee spec and applies substitutions.
 *
 * - `user`, `applicant`: these people.
 * - `role`, `position`, `group`, `dept_members`: the members of the audience key `role:`, `pos:`, `group:`, `dept:`.
 * - `dept_leader`: the leader of that department.
 * - `applicant_manager` with level n: the applicant's manager (n = 1), the manager's manager (n = 2), and so on.
 * - `applicant_dept_leader` with level n: the leader of the applicant's main department (n = 1), of its parent (n = 2), and so
 *   on. A chain that ends earlier gives no assignee.
 * - `form_user_field`: the ids in that form field (a text or a list of texts).
 * - `applicant_pick`, `prev_approver_pick`: the people that the applicant or the previous approver picked for this step.
 *
 * @returns undefined while an answer of the directory is missing; see {@link DirectoryReader}
 */
export function resolveAssignees(
  spec: AssigneeSpec,
  stepId: string,
  state: InstanceState,
  directory: DirectoryReader,
): ResolvedAssignees | undefined {
  switch (spec.type) {
    case 'user':
      return people(spec.users, directory);
    case 'applicant':
      return people([state.applicantId], directory);
    case 'role':
      return membersOf(`role:${spec.role}`, directory);
    case 'position':
      return membersOf(`pos:${spec.position}`, directory);
    case 'group':
      return membersOf(`group:${spec.group}`, directory);
    case 'dept_members':
      return membersOf(`dept:${spec.departmentId}`, directory);
    case 'dept_leader':
      return leaderOf(spec.departmentId, 0, directory);
    case 'applicant_manager':
      return managerOf(state.applicantId, spec.level, directory);
    case 'applicant_dept_leader': {
      const applicant = directory.person(state.applicantId);
      if (applicant === undefined) return undefined;
      const main = applicant?.departmentIds[0];
      return main === undefined ? NO_PEOPLE : leaderOf(main, spec.level - 1, directory);
    }
    case 'form_user_field':
      return people(idsIn(Object.hasOwn(state.form, spec.field) ? state.form[spec.field] : undefined), directory);
    case 'applicant_pick':
    case 'prev_approver_pick':
      return people(picksFor(state, stepId), directory);
  }
}

/** The people with a role. @returns undefined while an answer of the directory is missing */
export function peopleWithRole(role: string, directory: DirectoryReader): ResolvedAssignees | undefined {
  const ids = directory.members(`role:${role}`);
  return ids === undefined ? undefined : people(ids, directory);
}

const NO_PEOPLE: ResolvedAssignees = { assignees: [], audienceKeys: [] };

/** Keeps active people, replaces them by their substitutes, and keeps each person once. */
function people(ids: readonly string[], directory: DirectoryReader): ResolvedAssignees | undefined {
  const found = new Map<string, Assignee>();
  let isMissing = false;
  for (const id of ids) {
    const person = directory.person(id);
    const acting = person === undefined || person === null ? person : substituted(person, directory);
    if (acting === undefined) isMissing = true;
    else if (acting !== null && !found.has(acting.person.id)) found.set(acting.person.id, acting);
  }
  return isMissing ? undefined : { assignees: [...found.values()], audienceKeys: [] };
}

/** Follows substitutions. In a cycle the principal keeps the task; a substitute who has left is not followed. */
function substituted(principal: Person, directory: DirectoryReader): Assignee | undefined {
  const seen = new Set([principal.id]);
  let acting = principal;
  for (let hop = 0; hop < MAX_SUBSTITUTION_HOPS; hop += 1) {
    const id = acting.substituteId ?? null;
    if (id === null) break;
    if (seen.has(id)) return { person: principal, onBehalfOf: null };
    const next = directory.person(id);
    if (next === undefined) return undefined;
    if (next === null) break;
    seen.add(id);
    acting = next;
  }
  return { person: acting, onBehalfOf: acting.id === principal.id ? null : principal.id };
}

function membersOf(key: string, directory: DirectoryReader): ResolvedAssignees | undefined {
  const members = directory.members(key);
  const resolved = members === undefined ? undefined : people(members, directory);
  return resolved === undefined ? undefined : { ...resolved, audienceKeys: [key] };
}

function managerOf(personId: string, level: number, directory: DirectoryReader): ResolvedAssignees | undefined {
  let id: string | null = personId;
  for (let hop = 0; hop < level && id !== null; hop += 1) {
    const person = directory.person(id);
    if (person === undefined) return undefined;
    id = person?.managerId ?? null;
  }
  return id === null ? NO_PEOPLE : people([id], directory);
}

function leaderOf(departmentId: string, levelsUp: number, directory: DirectoryReader): ResolvedAssignees | undefined {
  let id: string | null = departmentId;
  for (let hop = 0; hop <= levelsUp; hop += 1) {
    if (id === null) return NO_PEOPLE;
    const department = directory.department(id);
    if (department === undefined) return undefined;
    if (department === null) return NO_PEOPLE;
    if (hop === levelsUp) return department.leaderId === null ? NO_PEOPLE : people([department.leaderId], directory);
    id = department.parentId;
  }
  return NO_PEOPLE;
}

function idsIn(value: unknown): readonly string[] {
  const ids = Array.isArray(value) ? value : [value];
  return ids.filter((id): id is string => typeof id === 'string' && id !== '');
}
