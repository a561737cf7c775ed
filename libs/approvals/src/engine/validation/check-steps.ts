import type { AssigneeSpec, Definition, Step } from '../definition/definition.js';
import { joinPath, type Fault } from '../form/fault.js';
import type { FieldSchema } from '../form/form-schema.js';
import { isTaskStep } from '../graph/graph.js';
import { forwardEdges, reachability } from '../graph/order.js';

/** Checks each step and the form: unique ids, modes, assignees, fields that exist. */
export function checkSteps(definition: Definition): readonly Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  definition.nodes.forEach((step, i) => {
    const path = joinPath('nodes', i);
    const first = seen.get(step.id);
    if (first === undefined) seen.set(step.id, i);
    else faults.push({ path: `${path}.id`, message: `nodes[${first}] has the id ${step.id} already; ids are unique.` });
    checkStep(definition, step, path, faults);
  });
  definition.formSchema?.required.forEach((name, i) => {
    if (fieldOf(definition, name) === undefined) {
      faults.push({ path: `formSchema.required[${i}]`, message: `The formSchema has no field ${name}.` });
    }
  });
  return faults;
}

function checkStep(definition: Definition, step: Step, path: string, faults: Fault[]): void {
  if (step.type === 'delay' || step.type === 'service') {
    faults.push({
      path: `${path}.type`,
      message: `Steps of type ${step.type} are not supported yet. Leave the step out.`,
    });
    return;
  }
  if (step.type === 'cc') {
    checkAssignees(definition, step, step.assignees, `${path}.assignees`, faults);
    return;
  }
  if (!isTaskStep(step)) return;
  checkAssignees(definition, step, step.assignees, `${path}.assignees`, faults);
  if (step.mode === 'quorum' && step.quorum === undefined) {
    faults.push({ path: `${path}.quorum`, message: 'Mode quorum needs {"count": n} or {"percent": p}.' });
  }
  if (step.mode !== 'quorum' && step.quorum !== undefined) {
    faults.push({ path: `${path}.quorum`, message: `Only mode quorum has a quorum, not ${step.mode}.` });
  }
  if (step.onEmpty === 'assign' && step.onEmptyAssignees === undefined) {
    faults.push({
      path: `${path}.onEmptyAssignees`,
      message: 'onEmpty assign needs onEmptyAssignees, the people who act instead.',
    });
  }
  if (step.onEmptyAssignees !== undefined) {
    if (step.onEmpty !== 'assign') {
      faults.push({
        path: `${path}.onEmptyAssignees`,
        message: `Only onEmpty assign uses this field, not ${step.onEmpty}.`,
      });
    }
    checkAssignees(definition, step, step.onEmptyAssignees, `${path}.onEmptyAssignees`, faults);
  }
  step.editableFields?.forEach((name, i) => {
    if (fieldOf(definition, name) === undefined) {
      faults.push({ path: `${path}.editableFields[${i}]`, message: `The formSchema has no field ${name}.` });
    }
  });
}

function checkAssignees(
  definition: Definition,
  step: Step,
  specs: readonly AssigneeSpec[],
  path: string,
  faults: Fault[],
): void {
  specs.forEach((spec, i) => {
    const at = joinPath(path, i);
    if (spec.type === 'applicant' && step.type === 'approve' && step.selfApproval !== 'allow') {
      faults.push({
        path: at,
        message: 'The applicant would approve here. Set selfApproval to allow, or use a handle step.',
      });
    }
    if (spec.type === 'form_user_field' && !holdsUserIds(fieldOf(definition, spec.field))) {
      faults.push({
        path: `${at}.field`,
        message: `The formSchema needs a field ${spec.field} of type string, or array of string.`,
      });
    }
    if (spec.type === 'prev_approver_pick' && !hasTaskStepBefore(definition, step.id)) {
      faults.push({
        path: at,
        message: 'There is no approve or handle step before this one, so no approver can pick.',
      });
    }
  });
}

function fieldOf(definition: Definition, name: string): FieldSchema | undefined {
  const properties = definition.formSchema?.properties ?? {};
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function holdsUserIds(field: FieldSchema | undefined): boolean {
  return field?.type === 'string' || (field?.type === 'array' && field.items?.type === 'string');
}

function hasTaskStepBefore(definition: Definition, stepId: string): boolean {
  const after = reachability(definition.nodes, forwardEdges(definition));
  return definition.nodes.some((step) => isTaskStep(step) && after.get(step.id)?.has(stepId));
}
