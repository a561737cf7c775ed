import type { People } from '../app/people.js';
import type { Case } from './request-store.js';

/** Names of those who take part in a request, out of its own answers first; other ids as far as the company's list knows them. */
export function personNames(shown: Case, people: People): (id: string) => string {
  const names = new Map<string, string>([[shown.instance.applicantId, shown.instance.applicantName]]);
  for (const task of shown.tasks) names.set(task.assigneeId, task.assigneeName);
  for (const node of shown.diagram.nodes) for (const { id, name } of node.people) names.set(id, name);
  return (id) => names.get(id) ?? people.nameOf(id);
}
