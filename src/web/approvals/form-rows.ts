import type { FieldSchema, FormData } from '../api/approval.js';

/** A value as the page shows it. */
export type FormValue =
  | { readonly kind: 'text' | 'choice' | 'date' | 'date-time' | 'user'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'money'; readonly value: number; readonly currency: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'list'; readonly values: readonly FormValue[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly FormColumn[];
      readonly rows: readonly (readonly FormCell[])[];
    };

export interface FormColumn {
  readonly name: string;
  /** Title from the definition, or null. */
  readonly title: string | null;
  readonly isNumber: boolean;
}

export type FormCell = Exclude<FormValue, { readonly kind: 'table' }> | null;

/** One field of a form with its value. */
export interface FormRow {
  readonly name: string;
  readonly title: string | null;
  readonly value: FormValue;
}

/** Names of number fields that are amounts of money if the form has a currency. */
const MONEY = /(amount|total|price|cost|budget|sum)$/i;

/**
 * The values of a form in the order of its schema, followed by fields that the schema does not name. Empty fields are left
 * out. The currency is left out too if the amounts already show it.
 */
export function formRows(schema: FieldSchema | undefined, form: FormData): readonly FormRow[] {
  const fields = schema?.properties ?? {};
  const currency = currencyOf(form);
  const names = [...new Set([...fieldOrder(schema), ...Object.keys(form)])];
  const rows: FormRow[] = [];
  for (const name of names) {
    const value = valueOf(form[name], name, fields[name], currency);
    if (value !== null) rows.push({ name, title: fields[name]?.title ?? null, value });
  }
  const isCurrencyShown = rows.some(({ value }) => value.kind === 'money');
  return isCurrencyShown ? rows.filter(({ name }) => name !== 'currency') : rows;
}

/** Field names in display order. A stored schema only keeps the order of its required fields, so those come first. */
export function fieldOrder(schema: FieldSchema | undefined): readonly string[] {
  const names = Object.keys(schema?.properties ?? {});
  const required = (schema?.required ?? []).filter((name) => names.includes(name));
  const rest = names.filter((name) => !required.includes(name));
  // Lists are long, so they come last.
  const isList = (name: string): boolean => schema?.properties?.[name]?.type === 'array';
  return [...required, ...rest].toSorted((a, b) => Number(isList(a)) - Number(isList(b)));
}

/** The amount of a request, or null. */
export function amountOf(form: FormData): { readonly value: number; readonly currency: string } | null {
  const currency = currencyOf(form);
  const value = form['amount'] ?? form['total'];
  return typeof value === 'number' && currency !== null ? { value, currency } : null;
}

function currencyOf(form: FormData): string | null {
  const { currency } = form;
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currency : null;
}

function valueOf(
  value: unknown,
  name: string,
  schema: FieldSchema | undefined,
  currency: string | null,
): FormValue | null {
  if (Array.isArray(value)) return listOf(value, name, schema?.items, currency);
  if (typeof value === 'object' && value !== null) return listOf([value], name, schema, currency);
  return cellOf(value, name, schema, currency);
}

function cellOf(value: unknown, name: string, schema: FieldSchema | undefined, currency: string | null): FormCell {
  if (typeof value === 'number') {
    return currency !== null && MONEY.test(name) ? { kind: 'money', value, currency } : { kind: 'number', value };
  }
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'string') return value === '' ? null : { kind: textKind(value, schema), text: value };
  return typeof value === 'object' && value !== null ? { kind: 'text', text: JSON.stringify(value) } : null;
}

function textKind(text: string, schema: FieldSchema | undefined): 'text' | 'choice' | 'date' | 'date-time' | 'user' {
  if (schema?.enum !== undefined) return 'choice';
  const { format } = schema ?? {};
  if (format === 'user') return 'user';
  const isTime = (format === 'date' || format === 'date-time') && !Number.isNaN(Date.parse(text));
  return isTime ? format : 'text';
}

function listOf(
  values: readonly unknown[],
  name: string,
  items: FieldSchema | undefined,
  currency: string | null,
): FormValue | null {
  if (values.length === 0) return null;
  if (!values.every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))) {
    const cells = values.map((value) => cellOf(value, name, items, currency));
    return { kind: 'list', values: cells.filter((cell) => cell !== null) };
  }
  const objects = values as readonly FormData[];
  const fields = items?.properties ?? {};
  const used = new Set(objects.flatMap((object) => Object.keys(object)));
  const names = [...new Set([...fieldOrder(items), ...used])].filter((field) => used.has(field));
  return {
    kind: 'table',
    columns: names.map((field) => ({
      name: field,
      title: fields[field]?.title ?? null,
      isNumber: objects.some((object) => typeof object[field] === 'number'),
    })),
    rows: objects.map((object) => names.map((field) => cellOf(object[field], field, fields[field], currency))),
  };
}
