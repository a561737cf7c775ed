import type { AssigneeSpec } from '../definition/definition.js';
import type { DirectoryReader, Person } from '../directory/directory.js';
import { picksFor, type InstanceState } from '../instance/instance-state.js';

/** Substitutes of substitutes that are followed. */
const MAX_SUBSTITUTION_HOPS = 5;

/** A person who shall act, perhaps for somebody else. */
export interface Assignee {
  readonly person: Person;
  /** The person whom the assignee substitutes, or null. */
  readonly onBehalfOf: string | null;
}

/** The people behind one assignee spec. */
export interface Resolved {
  /** Active people of the tenant, each once, in the order of the spec. */
  readonly assignees: readonly Assignee[];
  /** Audience keys that address the same people as a whole (`role:finance`), for topics and candidate lists. */
  readonly audienceKeys: readonly string[];
}

/**
 * The people behind an assignee spec, substitutions applied.
 *
 * - `user`, `applicant`: those people · `role`, `position`, `group`, `dept_members`: everybody whom the audience key
 *   `role:` / `pos:` / `group:` / `dept:` addresses · `dept_leader`: the leader of that department
 * - `applicant_manager` level n: n steps up the applicant's managers · `applicant_dept_leader` level n: the leader of the
 *   applicant's first department (n = 1) or of its n−1th parent. A chain that ends earlier gives nobody.
 * - `form_user_field`: the ids in that form field (text or list of texts) · `applicant_pick`, `prev_approver_pick`: whom
 *   the applicant, or the approver before, picked for this node.
 *
 * @returns undefined while the directory has to be asked; see {@link DirectoryReader}
 */
export function resolveSpec(
  spec: AssigneeSpec,
  nodeId: string,
  state: InstanceState,
  directory: DirectoryReader,
): Resolved | undefined {
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
      return manager(state.applicantId, spec.level, directory);
    case 'applicant_dept_leader': {
      const applicant = directory.person(state.applicantId);
      if (applicant === undefined) return undefined;
      const own = applicant?.departmentIds[0];
      return own === undefined ? NOBODY : leaderOf(own, spec.level - 1, directory);
    }
    case 'form_user_field':
      return people(idsIn(Object.hasOwn(state.form, spec.field) ? state.form[spec.field] : undefined), directory);
    case 'applicant_pick':
    case 'prev_approver_pick':
      return people(picksFor(state, nodeId), directory);
  }
}

const NOBODY: Resolved = { assignees: [], audienceKeys: [] };

/**
 * The active people among some ids, their substitutes in their place, each once.
 *
 * @returns undefined while the directory has to be asked
 */
export function people(ids: readonly string[], directory: DirectoryReader): Resolved | undefined {
  const found = new Map<string, Assignee>();
  let unknown = false;
  for (const id of ids) {
    const person = directory.person(id);
    const acting = person === undefined || person === null ? person : substituted(person, directory);
    if (acting === undefined) unknown = true;
    else if (acting !== null && !found.has(acting.person.id)) found.set(acting.person.id, acting);
  }
  return unknown ? undefined : { assignees: [...found.values()], audienceKeys: [] };
}

/** Follows substitutions; whoever cannot be replaced (a cycle, a substitute who left) keeps the task. */
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

function membersOf(key: string, directory: DirectoryReader): Resolved | undefined {
  const members = directory.members(key);
  const resolved = members === undefined ? undefined : people(members, directory);
  return resolved === undefined ? undefined : { ...resolved, audienceKeys: [key] };
}

function manager(personId: string, level: number, directory: DirectoryReader): Resolved | undefined {
  let id: string | null = personId;
  for (let step = 0; step < level && id !== null; step += 1) {
    const person = directory.person(id);
    if (person === undefined) return undefined;
    id = person?.managerId ?? null;
  }
  return id === null ? NOBODY : people([id], directory);
}

function leaderOf(departmentId: string, levelsUp: number, directory: DirectoryReader): Resolved | undefined {
  let id: string | null = departmentId;
  for (let step = 0; step <= levelsUp; step += 1) {
    if (id === null) return NOBODY;
    const department = directory.department(id);
    if (department === undefined) return undefined;
    if (department === null) return NOBODY;
    if (step === levelsUp) return department.leaderId === null ? NOBODY : people([department.leaderId], directory);
    id = department.parentId;
  }
  return NOBODY;
}

function idsIn(value: unknown): readonly string[] {
  const ids = Array.isArray(value) ? value : [value];
  return ids.filter((id): id is string => typeof id === 'string' && id !== '');
}
