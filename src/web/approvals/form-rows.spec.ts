import { expect, test } from '@jest/globals';
import type { FieldSchema } from '../api/approval.js';
import { amountOf, fieldOrder, formRows } from './form-rows.js';

const ORDER: FieldSchema = {
  type: 'object',
  required: ['supplier', 'amount'],
  properties: {
    // The order in which the database returns them: shortest name first.
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['item', 'amount'],
        properties: {
          item: { type: 'string', title: 'Item' },
          amount: { type: 'number' },
          quantity: { type: 'number' },
        },
      },
    },
    amount: { type: 'number', title: 'Amount' },
    currency: { type: 'string' },
    neededOn: { type: 'string', format: 'date' },
    supplier: { type: 'string', title: 'Supplier' },
  },
};

test('fieldOrder puts required fields first and lists last', () => {
  expect(fieldOrder(ORDER)).toEqual(['supplier', 'amount', 'currency', 'neededOn', 'lines']);
});

test('formRows shows amounts with their currency, dates as dates and lists of objects as tables', () => {
  const rows = formRows(ORDER, {
    amount: 30,
    currency: 'EUR',
    neededOn: '2026-12-01',
    supplier: 'Kestrel',
    lines: [
      { item: 'Bolt', amount: 10 },
      { item: 'Nut', amount: 20, quantity: 2 },
    ],
  });
  expect(rows.map(({ name, value }) => [name, value.kind])).toEqual([
    ['supplier', 'text'],
    ['amount', 'money'],
    ['neededOn', 'date'],
    ['lines', 'table'],
  ]);
  const table = rows[3]?.value;
  expect(table?.kind === 'table' && table.columns.map(({ name, isNumber }) => [name, isNumber])).toEqual([
    ['item', false],
    ['amount', true],
    ['quantity', true],
  ]);
  expect(table?.kind === 'table' && table.rows[0]).toEqual([
    { kind: 'text', text: 'Bolt' },
    { kind: 'money', value: 10, currency: 'EUR' },
    null,
  ]);
});

test('formRows shows fields that no schema names, and leaves out empty ones', () => {
  const rows = formRows(undefined, {
    note: 'hello',
    empty: '',
    nothing: null,
    yes: true,
    tags: ['a', 'b'],
    deep: { a: 1 },
  });
  expect(rows.map(({ name, value }) => [name, value.kind])).toEqual([
    ['note', 'text'],
    ['yes', 'boolean'],
    ['tags', 'list'],
    ['deep', 'table'],
  ]);
});

test('formRows treats a text as a date only if the schema says so and it is valid', () => {
  expect(formRows(undefined, { on: '2026-12-01' })[0]?.value.kind).toBe('text');
  const schema: FieldSchema = { type: 'object', properties: { on: { type: 'string', format: 'date' } } };
  expect(formRows(schema, { on: 'soon' })[0]?.value.kind).toBe('text');
});

test('amountOf needs a number and a currency', () => {
  expect(amountOf({ amount: 12.5, currency: 'EUR' })).toEqual({ value: 12.5, currency: 'EUR' });
  expect(amountOf({ amount: 12.5 })).toBeNull();
  expect(amountOf({ amount: '12.5', currency: 'EUR' })).toBeNull();
  expect(amountOf({ days: 3 })).toBeNull();
});
