/** Types of the approvals API, as far as the pages read them. Texts are plain text and are only ever rendered as text. */
export type InstanceStatus =
  'draft' | 'running' | 'returned' | 'suspended' | 'approved' | 'rejected' | 'withdrawn' | 'cancelled' | 'expired';

export type TaskStatus =
  | 'waiting'
  | 'pending'
  | 'delegated'
  | 'approved'
  | 'rejected'
  | 'transferred'
  | 'resolved'
  | 'returned'
  | 'skipped'
  | 'cancelled'
  | 'expired';

/** One run of a process. The pages call it a request. */
export interface ProcessInstance {
  readonly id: string;
  readonly processId: string;
  readonly code: string;
  /** The process's name. */
  readonly name: string;
  readonly title: string;
  readonly status: InstanceStatus;
  readonly applicantId: string;
  readonly applicantName: string;
  readonly businessType: string | null;
  readonly businessId: string | null;
  readonly formData: FormData;
  readonly round: number;
  readonly currentNodes: readonly { readonly id: string; readonly name: string }[];
  readonly revision: number;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly createdAt: string;
}

/** The values of a form, by field. */
export type FormData = Readonly<Record<string, unknown>>;

/** One person's turn at a step of a request. */
export interface ApprovalTask {
  readonly id: string;
  readonly instanceId: string;
  readonly title: string;
  readonly code: string;
  readonly applicantId: string;
  readonly applicantName: string;
  readonly instanceStatus: InstanceStatus;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly status: TaskStatus;
  readonly mode: string;
  readonly assigneeId: string;
  readonly assigneeName: string;
  readonly onBehalfOf: string | null;
  readonly action: string | null;
  /** The person who ended it. */
  readonly by: string | null;
  readonly comment: string | null;
  readonly dueAt: string | null;
  readonly decidedAt: string | null;
  readonly revision: number;
  readonly createdAt: string;
}

export type TaskVerb = 'approve' | 'reject' | 'transfer' | 'delegate' | 'resolve' | 'return';

/** What the reader may do with a task, and the reason where they may not. */
export interface TaskActions {
  readonly taskId: string;
  readonly revision: number;
  readonly actions: readonly {
    readonly action: TaskVerb;
    readonly allowed: boolean;
    readonly code?: string;
    readonly reason?: string;
  }[];
  /** Steps that it can be returned to, besides `START` (the applicant). */
  readonly returnTo: readonly { readonly id: string; readonly name: string }[];
  readonly editableFields: readonly string[];
}

export type NodeState = 'idle' | 'waiting' | 'active' | 'blocked' | 'done' | 'rejected' | 'returned' | 'cancelled';

export interface DiagramNode {
  readonly id: string;
  readonly type: 'start' | 'approve' | 'handle' | 'cc' | 'condition' | 'parallel' | 'delay' | 'service' | 'end';
  readonly name: string;
  /** Steps from the start. */
  readonly layer: number;
  readonly lane: number;
  readonly state: NodeState;
  readonly visits: number;
  readonly people: readonly { readonly id: string; readonly name: string; readonly status: TaskStatus }[];
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  /** Condition in CEL, or null. */
  readonly when: string | null;
  readonly default: boolean;
  readonly loop: boolean;
  readonly taken: boolean;
}

export interface Diagram {
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

/** One entry of a request's history. */
export interface HistoryEntry {
  readonly n: number;
  readonly taskKey: string | null;
  readonly nodeId: string | null;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly action: string;
  readonly fromStatus: string | null;
  readonly toStatus: string | null;
  readonly comment: string | null;
  /** What changed, as JSON text, or null. */
  readonly diff: unknown;
  readonly at: string;
}

/** Whether the history is unaltered. If not, `n` is the first altered entry. */
export interface HistoryCheck {
  readonly ok: boolean;
  readonly rows?: number;
  readonly n?: number;
  readonly fault?: string;
}

/** The part of JSON Schema that a process form may use. */
export interface FieldSchema {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

export interface Process {
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

export interface ProcessWithGraph extends Process {
  readonly formSchema?: FieldSchema;
  readonly settings?: {
    readonly withdraw: 'any_time' | 'before_first_decision' | 'never';
    readonly applicantMayCancel: boolean;
  };
}
