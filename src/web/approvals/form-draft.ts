import type { FieldSchema, FormData } from '../api/approval.js';

/** A fault of a field, by its path (`lines.0.amount`). */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** What a form lacks before the service is asked: paths of required fields that are empty. */
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

/** The form as it is sent: without fields that were left empty. Fields that the schema does not know stay. */
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

/** A form whose lines have amounts is about their sum, to the cent; every other form stays as it is. */
export function withTotal(form: FormData): FormData {
  const { lines } = form;
  if (!Array.isArray(lines) || lines.length === 0) return form;
  const cents = (lines as readonly FormData[]).reduce((sum, { amount }) => {
    return sum + (typeof amount === 'number' ? Math.round(amount * 100) : 0);
  }, 0);
  return { ...form, amount: cents / 100 };
}

/** Whether the amount of a form follows from its lines. */
export function hasLines({ lines }: FormData): boolean {
  return Array.isArray(lines) && lines.length > 0;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || Number.isNaN(value);
}
