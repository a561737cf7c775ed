import { expect, test } from '@jest/globals';
import type { FieldSchema } from '../api/approval.js';
import { cleanForm, missingFields, withTotal } from './form-draft.js';

const ORDER: FieldSchema = {
  type: 'object',
  required: ['supplier', 'amount'],
  properties: {
    supplier: { type: 'string' },
    amount: { type: 'number' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['item', 'amount'],
        properties: { item: { type: 'string' }, amount: { type: 'number' } },
      },
    },
  },
};

test('names every required field that is empty, in lines too', () => {
  expect(missingFields(ORDER, { supplier: '', lines: [{ item: 'Bolt' }, { item: '', amount: 0 }] })).toEqual([
    'supplier',
    'amount',
    'lines.0.amount',
    'lines.1.item',
  ]);
  expect(missingFields(ORDER, { supplier: 'Kestrel', amount: 0 })).toEqual([]);
});

test('sends no empty field, and keeps those that the schema does not know', () => {
  const form = {
    supplier: 'Kestrel',
    amount: 0,
    costCentre: '',
    lines: [{ item: 'Bolt', amount: 1, quantity: undefined }],
    hidden: 7,
  };
  expect(cleanForm(ORDER, form)).toEqual({
    supplier: 'Kestrel',
    amount: 0,
    lines: [{ item: 'Bolt', amount: 1 }],
    hidden: 7,
  });
  expect(cleanForm(ORDER, { lines: [] })).toEqual({});
});

test('adds lines up to the cent', () => {
  expect(withTotal({ lines: [{ amount: 0.1 }, { amount: 0.2 }, {}] })['amount']).toBe(0.3);
  expect(withTotal({ amount: 5, lines: [] })).toEqual({ amount: 5, lines: [] });
  expect(withTotal({ amount: 5 })).toEqual({ amount: 5 });
});
