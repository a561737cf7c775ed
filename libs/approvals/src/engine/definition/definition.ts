import { z } from 'zod';
import { formSchemaShape } from '../form/form-schema.js';

/** Nodes of one definition, at most. */
export const MAX_NODES = 100;
/** Edges of one definition, at most. */
export const MAX_EDGES = 300;

const nodeId = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,49}$/, {
  error: 'A node id is a letter followed by letters, digits, _ and - (at most 50).',
});
const directoryId = z.string().regex(/^[A-Za-z0-9_.@|-]{1,128}$/, {
  error: 'An id has 1 to 128 characters out of A-Z a-z 0-9 _ . @ | - .',
});
const level = z.int().min(1).max(10).default(1);

/**
 * Who acts at a node (api.md §6, `assignees[].type`); several specs add up, and each is one group of a `per_group` node.
 * What each stands for is said at `resolveAssignees`.
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

const named = { id: nodeId, name: z.string().max(100).optional() };
const work = {
  ...named,
  /** How many of the assignees must approve; see `outcomeOf`. @defaultValue any */
  mode: z.enum(['any', 'all', 'sequential', 'quorum', 'per_group']).default('any'),
  /** Only with mode `quorum`. */
  quorum: quorumShape.optional(),
  assignees: z.array(assigneeShape).min(1, 'A node that waits for people needs at least one assignee spec.').max(50),
  /** What to do when nobody is left to act. @defaultValue admin */
  onEmpty: z.enum(['admin', 'auto_approve', 'auto_reject', 'assign', 'suspend']).default('admin'),
  /** Who acts instead, with `onEmpty: assign`. */
  onEmptyAssignees: z.array(assigneeShape).min(1).max(50).optional(),
  /** Hours until a task of this node is due; a fraction is allowed. */
  dueHours: z.number().gt(0).max(8_760).optional(),
  /** Top-level form fields that an assignee may change when approving; none by default. */
  editableFields: z.array(z.string().min(1).max(64)).max(200).optional(),
};

const nodeShape = z.discriminatedUnion('type', [
  z.strictObject({ ...named, type: z.literal('start') }),
  z.strictObject({
    ...work,
    type: z.literal('approve'),
    /** What a rejected node does to the instance. @defaultValue terminate */
    onReject: z.enum(['terminate', 'return', 'collect']).default('terminate'),
    /** What happens when the applicant would approve their own request. @defaultValue manager */
    selfApproval: z.enum(['manager', 'skip', 'allow', 'forbid']).default('manager'),
  }),
  z.strictObject({ ...work, type: z.literal('handle') }),
  z.strictObject({ ...named, type: z.literal('cc'), assignees: z.array(assigneeShape).min(1).max(50) }),
  z.strictObject({ ...named, type: z.literal('condition') }),
  z.strictObject({ ...named, type: z.literal('parallel') }),
  z.strictObject({ ...named, type: z.literal('delay'), delayHours: z.number().gt(0).max(8_760) }),
  z.strictObject({ ...named, type: z.literal('service'), service: z.string().min(1).max(100) }),
  z.strictObject({ ...named, type: z.literal('end') }),
]);

const edgeShape = z.strictObject({
  from: nodeId,
  to: nodeId,
  /** CEL over `form`, `applicant`, `instance`; only on edges out of a condition node. */
  when: z.string().min(1).max(1_000).optional(),
  /** The way out of a condition node when no `when` holds; exactly one there. */
  default: z.boolean().optional(),
  /** Marks the way back of a deliberate loop; an unmarked cycle is a fault. */
  loop: z.boolean().optional(),
});

const settingsShape = z.strictObject({
  /** Rounds (first submission and each return) after which nothing can be returned any more. @defaultValue 5 */
  maxRounds: z.int().min(1).max(50).default(5),
  /** Whether somebody who approved an earlier node is asked again. @defaultValue none: always asked */
  duplicateApprover: z.enum(['none', 'all', 'consecutive']).default('none'),
  /** Until when the applicant may withdraw. @defaultValue any_time */
  withdraw: z.enum(['any_time', 'before_first_decision', 'never']).default('any_time'),
  /** Whether the applicant may cancel, like holders of `approval:manage`. @defaultValue false */
  applicantMayCancel: z.boolean().default(false),
  /** Hours until the whole instance is overdue. */
  dueHours: z.number().gt(0).max(87_600).optional(),
});

/** Shape of the body of `POST /processes` (api.md §6) without `publish`; what a shape cannot say is checked by `parseDefinition`. */
export const definitionShape = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, { error: 'A code has 1 to 50 characters out of a-z 0-9 - .' }),
  name: z.string().min(1).max(100),
  category: z.string().max(50).optional(),
  icon: z.string().max(100).optional(),
  description: z.string().max(2_000).optional(),
  formSchema: formSchemaShape.optional(),
  nodes: z.array(nodeShape).min(2).max(MAX_NODES),
  edges: z.array(edgeShape).min(1).max(MAX_EDGES),
  settings: settingsShape.prefault({}),
});

/** A process definition with its defaults filled in; checked by `parseDefinition`. */
export type Definition = z.infer<typeof definitionShape>;
/** A definition as it is written, defaults left out. */
export type DefinitionInput = z.input<typeof definitionShape>;
/** A node of a definition. */
export type Node = Definition['nodes'][number];
/** A node at which people act. */
export type WorkNode = Extract<Node, { type: 'approve' | 'handle' }>;
/** An edge of a definition. */
export type Edge = Definition['edges'][number];
/** How many of a node's assignees must approve. */
export type Mode = WorkNode['mode'];
