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

test('missingFields lists empty required fields, also those of lines', () => {
  expect(missingFields(ORDER, { supplier: '', lines: [{ item: 'Bolt' }, { item: '', amount: 0 }] })).toEqual([
    'supplier',
    'amount',
    'lines.0.amount',
    'lines.1.item',
  ]);
  expect(missingFields(ORDER, { supplier: 'Kestrel', amount: 0 })).toEqual([]);
});

test('cleanForm drops empty fields and keeps unknown ones', () => {
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

test('withTotal sums the lines exactly', () => {
  expect(withTotal({ lines: [{ amount: 0.1 }, { amount: 0.2 }, {}] })['amount']).toBe(0.3);
  expect(withTotal({ amount: 5, lines: [] })).toEqual({ amount: 5, lines: [] });
  expect(withTotal({ amount: 5 })).toEqual({ amount: 5 });
});
