import type { FieldSchema, FormData } from '../engine/form/form-schema.js';
import type { Definition } from '../engine/definition/definition.js';

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/**
 * Reads a form whose values are all texts, as an HTML form or a client of the origin sends it: what the schema calls a number
 * or a boolean becomes one. Texts that are none stay as they are, for the form's own check to name; a list or an object comes
 * as JSON.
 */
export function formFromText(schema: Definition['formSchema'], form: FormData): FormData {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => [
      name,
      typeof value === 'string' ? valueOf(schema?.properties?.[name]?.type ?? 'string', value) : value,
    ]),
  );
}

function valueOf(type: FieldSchema['type'], text: string): unknown {
  switch (type) {
    case 'number':
    case 'integer':
      return NUMBER.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
    case 'object':
      return parsed(text);
    case 'string':
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // No JSON: the form's check says so.
    return text;
  }
}
