import { z } from 'zod';
import { formSchemaShape } from '../form/form-schema.js';

const MAX_STEPS = 100;
const MAX_EDGES = 300;

const stepId = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,49}$/, {
  error: 'The id of a step is a letter followed by letters, digits, _ and - (at most 50 characters).',
});
const directoryId = z.string().regex(/^[A-Za-z0-9_.@|-]{1,128}$/, {
  error: 'An id has 1 to 128 characters out of A-Z a-z 0-9 _ . @ | - .',
});
const level = z.int().min(1).max(10).default(1);

/**
 * Who acts at a step. The people of several specs are added up; at a `per_group` step each
 * spec is one group. `resolveAssignees` documents each type.
 */
export const assigneeShape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('user'), users: z.array(directoryId).min(1).max(200) }),
  z.strictObject({ type: z.literal('role'), role: directoryId }),
  z.strictObject({ type: z.literal('position'), position: directoryId }),
  z.strictObject({ type: z.literal('group'), group: directoryId }),
  z.strictObject({ type: z.literal('dept_leader'), departmentId: directoryId }),
  z.strictObject({ type: z.literal('dept_members'), departmentId: directoryId }),
  z.strictObject({ type: z.literal('applicant') }),
  z.strictObject({ type: z.literal('applicant_manager'), level }),
  z.strictObject({ type: z.literal('applicant_dept_leader'), level }),
  z.strictObject({ type: z.literal('form_user_field'), field: z.string().min(1).max(64) }),
  z.strictObject({ type: z.literal('applicant_pick') }),
  z.strictObject({ type: z.literal('prev_approver_pick') }),
]);

/** One assignee spec. */
export type AssigneeSpec = z.infer<typeof assigneeShape>;

const quorumShape = z.union(
  [z.strictObject({ count: z.int().min(1).max(200) }), z.strictObject({ percent: z.number().gt(0).max(100) })],
  { error: 'A quorum is {"count": n} or {"percent": p} with 0 < p <= 100.' },
);

const named = { id: stepId, name: z.string().max(100).optional() };
const taskStep = {
  ...named,
  /** How many of the assignees must approve; see `outcomeOf`. @defaultValue any */
  mode: z.enum(['any', 'all', 'sequential', 'quorum', 'per_group']).default('any'),
  /** Only with mode `quorum`. */
  quorum: quorumShape.optional(),
  assignees: z.array(assigneeShape).min(1, 'A step at which people act needs at least one assignee spec.').max(50),
  /** What happens when no assignee is left. @defaultValue admin */
  onEmpty: z.enum(['admin', 'auto_approve', 'auto_reject', 'assign', 'suspend']).default('admin'),
  /** Who acts instead, with `onEmpty: assign`. */
  onEmptyAssignees: z.array(assigneeShape).min(1).max(50).optional(),
  /** Hours until a task of this step is due; fractions are allowed. */
  dueHours: z.number().gt(0).max(8_760).optional(),
  /** Top-level form fields that an assignee can change when approving. @defaultValue none */
  editableFields: z.array(z.string().min(1).max(64)).max(200).optional(),
};

const stepShape = z.discriminatedUnion('type', [
  z.strictObject({ ...named, type: z.literal('start') }),
  z.strictObject({
    ...taskStep,
    type: z.literal('approve'),
    /** What the rejection of this step does to the instance. @defaultValue terminate */
    onReject: z.enum(['terminate', 'return', 'collect']).default('terminate'),
    /** What happens when the applicant is an assignee. @defaultValue manager */
    selfApproval: z.enum(['manager', 'skip', 'allow', 'forbid']).default('manager'),
  }),
  z.strictObject({ ...taskStep, type: z.literal('handle') }),
  z.strictObject({ ...named, type: z.literal('cc'), assignees: z.array(assigneeShape).min(1).max(50) }),
  z.strictObject({ ...named, type: z.literal('condition') }),
  z.strictObject({ ...named, type: z.literal('parallel') }),
  z.strictObject({ ...named, type: z.literal('delay'), delayHours: z.number().gt(0).max(8_760) }),
  z.strictObject({ ...named, type: z.literal('service'), service: z.string().min(1).max(100) }),
  z.strictObject({ ...named, type: z.literal('end') }),
]);

const edgeShape = z.strictObject({
  from: stepId,
  to: stepId,
  /** CEL over `form`, `applicant`, `instance`; only on edges out of a condition step. */
  when: z.string().min(1).max(1_000).optional(),
  /** The edge that is taken when no `when` holds. Each condition step has exactly one. */
  default: z.boolean().optional(),
  /** Marks the edge that closes a deliberate loop; a cycle without such an edge is a fault. */
  loop: z.boolean().optional(),
});

const settingsShape = z.strictObject({
  /** Most rounds: the first submission, and one more for each return. @defaultValue 5 */
  maxRounds: z.int().min(1).max(50).default(5),
  /** Whether a person who approved an earlier step is asked again. @defaultValue none: always asked again */
  duplicateApprover: z.enum(['none', 'all', 'consecutive']).default('none'),
  /** Until when the applicant can withdraw. @defaultValue any_time */
  withdraw: z.enum(['any_time', 'before_first_decision', 'never']).default('any_time'),
  /** Whether the applicant can cancel, as holders of `approval:manage` can. @defaultValue false */
  applicantMayCancel: z.boolean().default(false),
  /** Hours until the whole instance is overdue. */
  dueHours: z.number().gt(0).max(87_600).optional(),
});

/** Shape of the body of `POST /processes` without `publish`. `parseDefinition` makes the further checks. */
export const definitionShape = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, { error: 'A code has 1 to 50 characters out of a-z 0-9 - .' }),
  name: z.string().min(1).max(100),
  category: z.string().max(50).optional(),
  icon: z.string().max(100).optional(),
  description: z.string().max(2_000).optional(),
  formSchema: formSchemaShape.optional(),
  nodes: z.array(stepShape).min(2).max(MAX_STEPS),
  edges: z.array(edgeShape).min(1).max(MAX_EDGES),
  settings: settingsShape.prefault({}),
});

/** A process definition with its defaults. */
export type Definition = z.infer<typeof definitionShape>;
/** A process definition as an author writes it: fields with a default can be left out. */
export type DefinitionInput = z.input<typeof definitionShape>;
/** A step: a node of the definition. */
export type Step = Definition['nodes'][number];
/** A step at which people get tasks. */
export type TaskStep = Extract<Step, { type: 'approve' | 'handle' }>;
/** An edge of a definition. */
export type Edge = Definition['edges'][number];
/** How many assignees of a step must approve. */
export type Mode = TaskStep['mode'];
