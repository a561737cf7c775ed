import { idField, pageOf, pagingFields } from '@nest-herald/platform/http';
import { z } from 'zod';
import type { DefineProcess } from '../application/check-definition.js';
import { definitionShape } from '../engine/definition/definition.js';
import type { Process } from '../store/definition-store.js';
import type { ProcessStatistics } from '../store/process-statistics.js';
import type { ProcessVersion } from '../store/version-store.js';

/** Body of `POST /processes`, `PUT /processes/:id` and `POST /processes/:id/versions`. The engine checks the other fields. */
export const defineSchema = z
  .looseObject({
    publish: z.boolean().optional(),
    sort: z.int().min(0).max(1_000_000).optional(),
    enabled: z.boolean().optional(),
    /** Another process whose drawing (and form) this one takes over, instead of `nodes` and `edges` of its own. */
    drawingOf: idField.optional(),
    /** Another process whose form this one takes over, instead of a `formSchema` of its own. */
    formOf: idField.optional(),
  })
  .meta({ id: 'DefineProcess' }) satisfies z.ZodType<DefineProcess>;

const drawing = z
  .object(definitionShape.pick({ formSchema: true, nodes: true, edges: true, settings: true }).shape)
  .partial({ formSchema: true }).shape;

/** A process. */
export const processSchema = z
  .object({
    id: z.uuid(),
    code: z.string(),
    name: z.string(),
    category: z.string().nullable(),
    icon: z.string().nullable(),
    description: z.string().nullable(),
    sort: z.number().int(),
    enabled: z.boolean(),
    activeVersion: z.number().int().nullable(),
    latestVersion: z.number().int(),
    revision: z.number().int(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Process' }) satisfies z.ZodType<Process>;

/** A process with the drawing of one version. */
export const processWithDrawingSchema = processSchema
  .extend({ version: z.number().int(), ...drawing })
  .meta({ id: 'ProcessWithDrawing' });

/** A version. */
export const versionSchema = z
  .object({
    processId: z.uuid(),
    version: z.number().int(),
    status: z.enum(['draft', 'published', 'retired']),
    checksum: z.string(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    publishedBy: z.string().nullable(),
    publishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ProcessVersion' }) satisfies z.ZodType<ProcessVersion>;

/** A version with its drawing. */
export const versionWithDrawingSchema = versionSchema.extend(drawing).meta({ id: 'ProcessVersionWithDrawing' });

/** Query of `GET /processes`. */
export const listProcessesSchema = z.strictObject({
  category: z.string().max(50).optional(),
  code: z.string().max(50).optional(),
  enabled: z.stringbool().optional(),
  ...pagingFields,
});

/** A page of processes. */
export const processPageSchema = pageOf(processSchema, 'ProcessPage');
/** A page of versions. */
export const versionPageSchema = pageOf(versionSchema, 'ProcessVersionPage');

/** Body of `POST /processes/:id/simulate`. */
export const simulateSchema = z
  .strictObject({
    formData: z.record(z.string(), z.unknown()).default({}),
    applicantId: z.string().max(128).optional(),
    version: z.int().min(1).optional(),
  })
  .meta({ id: 'SimulateProcess' });

/** Answer of `POST /processes/:id/simulate`. */
export const simulationSchema = z
  .object({
    status: z.string(),
    steps: z.array(
      z.object({
        nodeId: z.string(),
        name: z.string(),
        type: z.string(),
        people: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            onBehalfOf: z.string().nullable(),
            decided: z.boolean(),
          }),
        ),
        required: z.number().nullable(),
      }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string() })),
    suspension: z.object({ reason: z.string(), nodeId: z.string().nullable(), message: z.string() }).nullable(),
  })
  .meta({ id: 'ProcessSimulation' });

/** Answer of the diagram operations. */
export const diagramSchema = z
  .object({
    nodes: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        name: z.string(),
        layer: z.number(),
        lane: z.number(),
        state: z.string(),
        visits: z.number(),
        people: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
      }),
    ),
    edges: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        when: z.string().nullable(),
        default: z.boolean(),
        loop: z.boolean(),
        taken: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'ProcessDiagram' });

/** Answer of `GET /processes/:id/stats`. */
export const statsSchema = z
  .object({
    processId: z.uuid(),
    code: z.string(),
    name: z.string(),
    total: z.number().int(),
    pending: z.number().int(),
    approved: z.number().int(),
    rejected: z.number().int(),
    /** Seconds from submission to the end; null before an instance has ended. */
    avgDurationSeconds: z.number().nullable(),
    byStatus: z.record(z.string(), z.number().int()),
    nodes: z.array(
      z.object({
        nodeId: z.string(),
        runs: z.number().int(),
        /** Seconds within which 50 % and 95 % of the visits ended. */
        p50Seconds: z.number().nullable(),
        p95Seconds: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'ProcessStatistics' }) satisfies z.ZodType<ProcessStatistics>;
