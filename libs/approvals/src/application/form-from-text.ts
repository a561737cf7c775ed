import type { FieldSchema, FormData, FormSchema } from '../engine/form/form-schema.js';

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/**
 * Converts a form whose values are all texts, as an HTML form or a client of the legacy API sends it, to the types of its
 * schema. Lists and objects are read from JSON. A text that does not fit stays a text, and the check of the form refuses it.
 */
export function formFromText(schema: FormSchema | undefined, form: FormData): FormData {
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
    // Not JSON: the check of the form refuses it.
    return text;
  }
}
