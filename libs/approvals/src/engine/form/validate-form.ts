import { joinPath, type Fault } from './fault.js';
import { MAX_LIST_ITEMS, MAX_TEXT_LENGTH, type FieldSchema, type FormData, type FormSchema } from './form-schema.js';

/** Most values of one form, objects and lists included. */
const MAX_VALUES = 5_000;
/** Deepest nesting of a form: a field, a list in it, an object in the list, … */
const MAX_DEPTH = 6;
/** Most faults that one check reports. */
const MAX_FAULTS = 50;

/**
 * Checks a form against its schema and against the size limits of every form.
 *
 * @returns the faults (at most 50); an empty list when the form can be submitted
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
      faults.push({ path, message: `The value is nested deeper than ${MAX_DEPTH} levels.` });
    } else if (typeof value === 'number' && !Number.isFinite(value)) {
      faults.push({ path, message: 'Expected a finite number.' });
    } else if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) {
      faults.push({
        path,
        message: `The text has ${value.length} characters; at most ${MAX_TEXT_LENGTH} are allowed.`,
      });
    } else if (Array.isArray(value)) {
      if (value.length > MAX_LIST_ITEMS) {
        faults.push({ path, message: `The list has ${value.length} items; at most ${MAX_LIST_ITEMS} are allowed.` });
      } else value.forEach((item, i) => walk(item, joinPath(path, i), depth + 1));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, joinPath(path, key), depth + 1);
    } else if (!['string', 'number', 'boolean', 'object'].includes(typeof value)) {
      faults.push({ path, message: `Expected a JSON value, got ${typeof value}.` });
    }
  };
  walk(form, root, 0);
  if (values > MAX_VALUES) faults.push({ path: root, message: `The form has more than ${MAX_VALUES} values.` });
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
      if (schema.format === 'date-time' && !isDateTime(value)) fault('Expected a time such as 2026-01-31T08:00:00Z.');
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
