import type { RequestDetails } from './request-store.js';

/**
 * Looks up names of people in a request. The request's own data comes first.
 * @param otherName names everyone who takes no part in the request
 */
export function personNames(shown: RequestDetails, otherName: (id: string) => string): (id: string) => string {
  const names = new Map<string, string>([[shown.instance.applicantId, shown.instance.applicantName]]);
  for (const task of shown.tasks) names.set(task.assigneeId, task.assigneeName);
  for (const node of shown.diagram.nodes) for (const { id, name } of node.people) names.set(id, name);
  return (id) => names.get(id) ?? otherName(id);
}
