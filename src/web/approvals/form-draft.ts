import type { FieldSchema, FormData } from '../api/approval.js';

/** What is wrong with a field. `path` as in `lines.0.amount`. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** Paths of the required fields that are empty. */
export function missingFields(schema: FieldSchema, form: FormData, prefix = ''): readonly string[] {
  const missing: string[] = [];
  for (const name of schema.required ?? []) {
    if (isEmpty(form[name])) missing.push(prefix + name);
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const value = form[name];
    if (field.items?.type !== 'object' || !Array.isArray(value)) continue;
    for (const [index, item] of value.entries()) {
      missing.push(...missingFields(field.items, item as FormData, `${prefix}${name}.${index}.`));
    }
  }
  return missing;
}

/** The form without its empty fields, ready to send. Fields that the schema does not know stay. */
export function cleanForm(schema: FieldSchema | undefined, form: FormData): FormData {
  const fields = schema?.properties ?? {};
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, value]): [string, unknown][] => {
      const items = fields[name]?.items;
      if (Array.isArray(value) && items?.type === 'object') {
        return value.length === 0 ? [] : [[name, value.map((item) => cleanForm(items, item as FormData))]];
      }
      return isEmpty(value) ? [] : [[name, value]];
    }),
  );
}

/** Sets the amount of a form to the sum of its lines, to the cent. A form without lines stays as it is. */
export function withTotal(form: FormData): FormData {
  const { lines } = form;
  if (!Array.isArray(lines) || lines.length === 0) return form;
  const cents = (lines as readonly FormData[]).reduce((sum, { amount }) => {
    return sum + (typeof amount === 'number' ? Math.round(amount * 100) : 0);
  }, 0);
  return { ...form, amount: cents / 100 };
}

/** Whether the amount of a form is computed from its lines. */
export function hasLines({ lines }: FormData): boolean {
  return Array.isArray(lines) && lines.length > 0;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || Number.isNaN(value);
}
