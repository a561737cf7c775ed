import { z } from 'zod';

/** List items that one form field may hold; conditions walk lists, so this bounds their cost. */
export const MAX_LIST_ITEMS = 200;
/** Characters of one text in a form. */
export const MAX_TEXT_LENGTH = 10_000;
/** Values (leaves and containers together) that one form may hold. */
const MAX_VALUES = 5_000;
/** Nesting of a form: a field, a list in it, an object in the list, … */
const MAX_DEPTH = 6;
/** Faults that one check reports at most. */
const MAX_FAULTS = 50;

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

/** One field's schema: the part of JSON Schema that a process form may use; every other keyword is refused, not ignored. */
export type FieldSchema = FieldNote &
  (
    | {
        readonly type: 'string';
        readonly enum?: readonly (string | number | boolean)[] | undefined;
        readonly minLength?: number | undefined;
        readonly maxLength?: number | undefined;
        /** Checked: `date` is YYYY-MM-DD, `date-time` ISO 8601 with a zone. The others only tell a page how to draw the field. */
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

/** Shape of `formSchema` (api.md §6): an object schema; its fields are what conditions may name as `form.<field>`. */
export const formSchemaShape = z.strictObject({
  ...note,
  type: z.literal('object'),
  properties: z.record(fieldName, fieldSchema).default({}),
  required: z.array(z.string()).max(200).default([]),
  /** `false` refuses fields that the schema does not name. @defaultValue true */
  additionalProperties: z.boolean().default(true),
});

/** A process form, defaults filled in. */
export type FormSchema = z.infer<typeof formSchemaShape>;
/** What an applicant filled in. */
export type FormData = Readonly<Record<string, unknown>>;

/** One thing that is wrong, and where; the shape of `errors[]` in a problem document (api.md §2). */
export interface Fault {
  /** JSON path below what was checked: `nodes[3].quorum.count`, `amount`, or `''` for the whole. */
  readonly path: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** The JSON path of one step below another. */
export function joinPath(parent: string, step: string | number): string {
  if (typeof step === 'number') return `${parent}[${step}]`;
  return parent === '' ? step : `${parent}.${step}`;
}

/**
 * Checks a filled form against its schema and against the size limits that hold for every form.
 *
 * @returns every fault found (at most 50), none when the form may be submitted
 */
export function validateForm(schema: FormSchema | undefined, form: FormData): readonly Fault[] {
  const faults: Fault[] = [];
  checkSize(form, '', faults);
  if (faults.length === 0 && schema !== undefined) {
    checkObject({ ...schema, type: 'object' }, form, '', faults);
  }
  return faults.slice(0, MAX_FAULTS);
}

function checkSize(form: FormData, root: string, faults: Fault[]): void {
  let values = 0;
  const walk = (value: unknown, path: string, depth: number): void => {
    values += 1;
    if (values > MAX_VALUES || faults.length >= MAX_FAULTS) return;
    if (depth > MAX_DEPTH) {
      faults.push({ path, message: `Nested deeper than ${MAX_DEPTH} levels.` });
    } else if (typeof value === 'number' && !Number.isFinite(value)) {
      faults.push({ path, message: 'Not a finite number.' });
    } else if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) {
      faults.push({ path, message: `${value.length} characters; at most ${MAX_TEXT_LENGTH} are kept.` });
    } else if (Array.isArray(value)) {
      if (value.length > MAX_LIST_ITEMS) {
        faults.push({ path, message: `${value.length} items; a list holds at most ${MAX_LIST_ITEMS}.` });
      } else value.forEach((item, i) => walk(item, joinPath(path, i), depth + 1));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, joinPath(path, key), depth + 1);
    } else if (!['string', 'number', 'boolean', 'object'].includes(typeof value)) {
      faults.push({ path, message: `A form holds JSON; got ${typeof value}.` });
    }
  };
  walk(form, root, 0);
  if (values > MAX_VALUES) faults.push({ path: root, message: `More than ${MAX_VALUES} values in one form.` });
}

function checkObject(
  schema: Extract<FieldSchema, { type: 'object' }>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  faults: Fault[],
): void {
  const properties = schema.properties ?? {};
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name) || value[name] === null || value[name] === '') {
      faults.push({ path: joinPath(path, name), message: 'Required.' });
    }
  }
  for (const [name, item] of Object.entries(value)) {
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (field === undefined) {
      if (schema.additionalProperties === false) faults.push({ path: joinPath(path, name), message: 'Unknown field.' });
    } else if (item !== null && !(item === '' && schema.required?.includes(name))) {
      checkField(field, item, joinPath(path, name), faults);
    }
  }
}

function checkField(schema: FieldSchema, value: unknown, path: string, faults: Fault[]): void {
  const fault = (message: string): number => faults.push({ path, message });
  switch (schema.type) {
    case 'boolean':
      if (typeof value !== 'boolean') fault('Expected true or false.');
      return;
    case 'string':
      if (typeof value !== 'string') return void fault(`Expected text, got ${typeof value}.`);
      if (schema.enum !== undefined && !schema.enum.includes(value))
        fault(`Expected one of ${schema.enum.join(', ')}.`);
      if (schema.minLength !== undefined && value.length < schema.minLength)
        fault(`At least ${schema.minLength} characters.`);
      if (schema.maxLength !== undefined && value.length > schema.maxLength)
        fault(`At most ${schema.maxLength} characters.`);
      if (schema.format === 'date' && !isDate(value)) fault('Expected a date as YYYY-MM-DD.');
      if (schema.format === 'date-time' && !isDateTime(value)) fault('Expected a moment as 2026-01-31T08:00:00Z.');
      return;
    case 'number':
    case 'integer':
      if (typeof value !== 'number') return void fault(`Expected a number, got ${typeof value}.`);
      if (schema.type === 'integer' && !Number.isSafeInteger(value)) fault('Expected a whole number.');
      if (schema.enum !== undefined && !schema.enum.includes(value))
        fault(`Expected one of ${schema.enum.join(', ')}.`);
      if (schema.minimum !== undefined && value < schema.minimum) fault(`At least ${schema.minimum}.`);
      if (schema.maximum !== undefined && value > schema.maximum) fault(`At most ${schema.maximum}.`);
      return;
    case 'array': {
      if (!Array.isArray(value)) return void fault(`Expected a list, got ${typeof value}.`);
      if (schema.minItems !== undefined && value.length < schema.minItems) fault(`At least ${schema.minItems} items.`);
      if (schema.maxItems !== undefined && value.length > schema.maxItems) fault(`At most ${schema.maxItems} items.`);
      const items = schema.items;
      if (items !== undefined) value.forEach((item, i) => checkField(items, item, joinPath(path, i), faults));
      return;
    }
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return void fault('Expected an object.');
      return checkObject(schema, value as Record<string, unknown>, path, faults);
  }
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
