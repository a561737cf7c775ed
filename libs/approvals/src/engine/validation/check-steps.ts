import type { AssigneeSpec, Definition, Node } from '../definition/definition.js';
import { forwardEdges, isWork, reachability } from '../graph/graph.js';
import { joinPath, type Fault, type FieldSchema } from '../form/form-schema.js';

/** Checks what each node and the form say for themselves: unique ids, modes, assignees, fields that exist. */
export function checkNodes(definition: Definition): readonly Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  definition.nodes.forEach((node, i) => {
    const path = joinPath('nodes', i);
    const first = seen.get(node.id);
    if (first === undefined) seen.set(node.id, i);
    else faults.push({ path: `${path}.id`, message: `The id ${node.id} is taken by nodes[${first}]; ids are unique.` });
    checkNode(definition, node, path, faults);
  });
  const properties = definition.formSchema?.properties ?? {};
  definition.formSchema?.required.forEach((name, i) => {
    if (!Object.hasOwn(properties, name)) {
      faults.push({ path: `formSchema.required[${i}]`, message: `The form has no field ${name}.` });
    }
  });
  return faults;
}

function checkNode(definition: Definition, node: Node, path: string, faults: Fault[]): void {
  if (node.type === 'delay' || node.type === 'service') {
    faults.push({ path: `${path}.type`, message: `Nodes of type ${node.type} are not run yet; leave the node out.` });
    return;
  }
  if (node.type === 'cc') {
    checkAssignees(definition, node, node.assignees, `${path}.assignees`, faults);
    return;
  }
  if (!isWork(node)) return;
  checkAssignees(definition, node, node.assignees, `${path}.assignees`, faults);
  if (node.mode === 'quorum' && node.quorum === undefined) {
    faults.push({ path: `${path}.quorum`, message: 'Mode quorum needs {"count": n} or {"percent": p}.' });
  }
  if (node.mode !== 'quorum' && node.quorum !== undefined) {
    faults.push({ path: `${path}.quorum`, message: `A quorum goes with mode quorum, not ${node.mode}.` });
  }
  if (node.onEmpty === 'assign' && node.onEmptyAssignees === undefined) {
    faults.push({
      path: `${path}.onEmptyAssignees`,
      message: 'onEmpty assign needs onEmptyAssignees: who acts instead?',
    });
  }
  if (node.onEmptyAssignees !== undefined) {
    if (node.onEmpty !== 'assign') {
      faults.push({ path: `${path}.onEmptyAssignees`, message: `Only used with onEmpty assign, not ${node.onEmpty}.` });
    }
    checkAssignees(definition, node, node.onEmptyAssignees, `${path}.onEmptyAssignees`, faults);
  }
  node.editableFields?.forEach((field, i) => {
    if (!Object.hasOwn(definition.formSchema?.properties ?? {}, field)) {
      faults.push({ path: `${path}.editableFields[${i}]`, message: `The formSchema has no field ${field}.` });
    }
  });
}

function checkAssignees(
  definition: Definition,
  node: Node,
  specs: readonly AssigneeSpec[],
  path: string,
  faults: Fault[],
): void {
  specs.forEach((spec, i) => {
    const at = joinPath(path, i);
    if (spec.type === 'applicant' && node.type === 'approve' && node.selfApproval !== 'allow') {
      faults.push({
        path: at,
        message: 'The applicant approves here; say so with selfApproval allow, or use a handle node.',
      });
    }
    if (spec.type === 'form_user_field') {
      const field = Object.hasOwn(definition.formSchema?.properties ?? {}, spec.field)
        ? definition.formSchema?.properties[spec.field]
        : undefined;
      if (!holdsUsers(field)) {
        faults.push({
          path: `${at}.field`,
          message: `The formSchema needs a field ${spec.field} of type string, or array of string.`,
        });
      }
    }
    if (spec.type === 'prev_approver_pick' && !hasWorkBefore(definition, node.id)) {
      faults.push({ path: at, message: 'No approve or handle node lies before this one, so nobody could pick.' });
    }
  });
}

function holdsUsers(field: FieldSchema | undefined): boolean {
  return field?.type === 'string' || (field?.type === 'array' && field.items?.type === 'string');
}

function hasWorkBefore(definition: Definition, nodeId: string): boolean {
  const after = reachability(definition.nodes, forwardEdges(definition));
  return definition.nodes.some((node) => isWork(node) && after.get(node.id)?.has(nodeId));
}
