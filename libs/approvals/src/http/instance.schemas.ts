import { isIdentifier } from '@nest-herald/platform';
import { idField, isStorableText, jsonFault, pageOf, pagingFields } from '@nest-herald/platform/http';
import { z } from 'zod';
import type { StartInstance, SubmitInstance } from '../application/instance-requests.js';
import { INSTANCE_STATUSES } from '../engine/instance/instance-state.js';
import type { HistoryItem } from '../store/audit-store.js';
import type { InstanceFilter, InstanceSummary } from '../store/instance-lists.js';
import type { Instance } from '../store/instance-store.js';

/** Most bytes of a form as JSON. */
const MAX_FORM_BYTES = 262_144;

/** The id of a person. */
export const personField = z.string().refine(isIdentifier, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | -');

const storable = 'contains NUL or half a surrogate pair';

const textField = (max: number) => z.string().min(1).max(max).refine(isStorableText, storable);

/** A comment; an empty one is the same as none. */
export const commentField = z.string().max(4_000).refine(isStorableText, storable).optional();

/** The values of a form. The engine checks them against the schema of the process. */
export const formField = z.record(z.string().max(64), z.unknown()).superRefine((value, context) => {
  const fault = jsonFault(value, MAX_FORM_BYTES);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});

const picksField = z
  .record(z.string().max(50), z.array(personField).min(1).max(20))
  .refine((value) => Object.keys(value).length <= 100, 'names more than 100 nodes')
  .optional();

const businessKey = z
  .string()
  .regex(/^[\w.@|:-]{1,128}$/, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | : -');

/** Body of `POST /process-instances`. */
export const startSchema = z
  .strictObject({
    processId: idField.optional(),
    code: z.string().max(50).optional(),
    title: textField(200).optional(),
    businessType: businessKey.optional(),
    businessId: businessKey.optional(),
    formData: formField.default({}),
    /** Every value of `formData` is a text, to be converted to the types of the form. */
    formDataIsText: z.boolean().default(false),
    /** The people picked for nodes with `applicant_pick`, by node. */
    picks: picksField,
    draft: z.boolean().default(false),
  })
  .refine((body) => (body.processId === undefined) !== (body.code === undefined), {
    error: 'name the process by processId or by code',
    path: ['processId'],
  })
  .refine((body) => (body.businessType === undefined) === (body.businessId === undefined), {
    error: 'businessType and businessId belong together',
    path: ['businessId'],
  })
  .meta({ id: 'StartProcess' }) satisfies z.ZodType<StartInstance>;

/** Body of `submit` and `resubmit`. */
export const submitSchema = z
  .strictObject({ formData: formField.optional(), picks: picksField, comment: commentField })
  .default({})
  .meta({ id: 'SubmitInstance' }) satisfies z.ZodType<SubmitInstance>;

/** Body of `withdraw`. */
export const withdrawSchema = z.strictObject({ reason: commentField }).default({}).meta({ id: 'WithdrawInstance' });
/** Body of `cancel`. */
export const cancelSchema = z.strictObject({ reason: textField(4_000) }).meta({ id: 'CancelInstance' });
/** Body of `comment`. */
export const commentSchema = z.strictObject({ comment: textField(4_000) }).meta({ id: 'CommentInstance' });
/** Body of `cc`. */
export const ccSchema = z.strictObject({ users: z.array(personField).min(1).max(50) }).meta({ id: 'CopyInstance' });

/** An instance as the API returns it. */
export const instanceSchema = z
  .object({
    id: z.uuid(),
    processId: z.uuid(),
    code: z.string(),
    name: z.string(),
    version: z.number().int(),
    title: z.string(),
    status: z.enum(INSTANCE_STATUSES),
    applicantId: z.string(),
    applicantName: z.string(),
    businessType: z.string().nullable(),
    businessId: z.string().nullable(),
    formData: z.record(z.string(), z.unknown()),
    round: z.number().int(),
    currentNodes: z.array(z.object({ id: z.string(), name: z.string() })),
    revision: z.number().int(),
    startedAt: z.iso.datetime().nullable(),
    completedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ProcessInstance' }) satisfies z.ZodType<Instance>;

const time = z.iso.datetime({ offset: true }).or(z.iso.date());

/** Query of the lists of instances. */
export const listInstancesSchema = z.strictObject({
  processId: idField.optional(),
  code: z.string().max(50).optional(),
  /** `pending`: running, returned or suspended. */
  status: z.enum([...INSTANCE_STATUSES, 'pending']).optional(),
  applicantId: personField.optional(),
  businessType: businessKey.optional(),
  businessId: businessKey.optional(),
  from: time.optional(),
  to: time.optional(),
  ...pagingFields,
}) satisfies z.ZodType<InstanceFilter>;

/** A page of instances. */
export const instancePageSchema = pageOf(instanceSchema, 'ProcessInstancePage');

/** Answer of `GET /process-instances/stats/summary`. */
export const summarySchema = z
  .object({
    total: z.number().int(),
    pending: z.number().int(),
    approved: z.number().int(),
    rejected: z.number().int(),
    byStatus: z.record(z.string(), z.number().int()),
  })
  .meta({ id: 'ProcessInstanceSummary' }) satisfies z.ZodType<InstanceSummary>;

/** An entry of the history. */
export const historyEntrySchema = z
  .object({
    n: z.number().int(),
    taskKey: z.string().nullable(),
    nodeId: z.string().nullable(),
    actorId: z.string(),
    onBehalfOf: z.string().nullable(),
    action: z.string(),
    fromStatus: z.string().nullable(),
    toStatus: z.string().nullable(),
    comment: z.string().nullable(),
    diff: z.unknown(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'ProcessHistoryEntry' }) satisfies z.ZodType<HistoryItem>;

/** A page of the history. */
export const historyPageSchema = pageOf(historyEntrySchema, 'ProcessHistoryPage');

/** Answer of `GET /process-instances/:id/verify`. */
export const verifySchema = z
  .object({
    ok: z.boolean(),
    rows: z.number().int().optional(),
    lastHash: z.string().optional(),
    /** The first changed row, and what is wrong with it. */
    n: z.number().int().optional(),
    fault: z.enum(['number', 'previous', 'text', 'hash', 'end']).optional(),
  })
  .meta({ id: 'ProcessHistoryCheck' });
