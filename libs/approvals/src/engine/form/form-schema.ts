import { z } from 'zod';

/** Most items of one list in a form. Conditions walk lists, so this limit bounds their cost. */
export const MAX_LIST_ITEMS = 200;
/** Most characters of one text in a form. */
export const MAX_TEXT_LENGTH = 10_000;

const fieldName = z.string().regex(/^(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}$/, {
  error:
    'A field name is a letter or _ followed by letters, digits and _ (at most 64), so that conditions can name it.',
});
const note = { title: z.string().max(200).optional(), description: z.string().max(2_000).optional() };
const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
const length = z.int().min(0).max(MAX_TEXT_LENGTH);

interface FieldNote {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}

/** Schema of one field: the part of JSON Schema that a process form may use. Any other keyword is refused, not ignored. */
export type FieldSchema = FieldNote &
  (
    | {
        readonly type: 'string';
        readonly enum?: readonly (string | number | boolean)[] | undefined;
        readonly minLength?: number | undefined;
        readonly maxLength?: number | undefined;
        /** `date` (YYYY-MM-DD) and `date-time` (ISO 8601 with a zone) are checked. The others only say how to draw the field. */
        readonly format?: 'date' | 'date-time' | 'textarea' | 'user' | 'department' | 'file' | undefined;
      }
    | {
        readonly type: 'number' | 'integer';
        readonly enum?: readonly (string | number | boolean)[] | undefined;
        readonly minimum?: number | undefined;
        readonly maximum?: number | undefined;
      }
    | { readonly type: 'boolean' }
    | {
        readonly type: 'array';
        readonly items?: FieldSchema | undefined;
        readonly minItems?: number | undefined;
        readonly maxItems?: number | undefined;
      }
    | {
        readonly type: 'object';
        readonly properties?: Readonly<Record<string, FieldSchema>> | undefined;
        readonly required?: readonly string[] | undefined;
        readonly additionalProperties?: boolean | undefined;
      }
  );

const fieldSchema: z.ZodType<FieldSchema, FieldSchema> = z.discriminatedUnion('type', [
  z.strictObject({
    ...note,
    type: z.literal('string'),
    enum: z.array(scalar).min(1).max(200).optional(),
    minLength: length.optional(),
    maxLength: length.optional(),
    format: z.enum(['date', 'date-time', 'textarea', 'user', 'department', 'file']).optional(),
  }),
  z.strictObject({
    ...note,
    type: z.enum(['number', 'integer']),
    enum: z.array(scalar).min(1).max(200).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
  z.strictObject({ ...note, type: z.literal('boolean') }),
  z.strictObject({
    ...note,
    type: z.literal('array'),
    get items() {
      return fieldSchema.optional();
    },
    minItems: z.int().min(0).max(MAX_LIST_ITEMS).optional(),
    maxItems: z.int().min(0).max(MAX_LIST_ITEMS).optional(),
  }),
  z.strictObject({
    ...note,
    type: z.literal('object'),
    get properties() {
      return z.record(fieldName, fieldSchema).optional();
    },
    required: z.array(z.string()).max(200).optional(),
    additionalProperties: z.boolean().optional(),
  }),
]);

/** Shape of `formSchema`: an object schema. Conditions name its fields as `form.<field>`. */
export const formSchemaShape = z.strictObject({
  ...note,
  type: z.literal('object'),
  properties: z.record(fieldName, fieldSchema).default({}),
  required: z.array(z.string()).max(200).default([]),
  /** `false` refuses fields that the schema does not have. @defaultValue true */
  additionalProperties: z.boolean().default(true),
});

/** A form schema with its defaults. */
export type FormSchema = z.infer<typeof formSchemaShape>;
/** The values of a form. */
export type FormData = Readonly<Record<string, unknown>>;
