import { describe, expect, test } from '@jest/globals';
import { en } from './en.js';
import type { TextKey } from './dictionary.js';
import { translate } from './language.js';
import type { Text } from './text.js';
import { zh } from './zh.js';

const forms = (text: Text): readonly string[] => (typeof text === 'string' ? [text] : [text.one, text.other]);
const placeholders = (text: Text): readonly string[] =>
  [...new Set(forms(text).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].toSorted();

describe('dictionaries', () => {
  test('have the same keys', () => {
    expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  test.each(Object.keys(en) as TextKey[])('have the same placeholders in %s, and no empty text', (key) => {
    expect(placeholders(zh[key])).toEqual(placeholders(en[key]));
    for (const form of [...forms(en[key]), ...forms(zh[key])]) expect(form.trim()).not.toBe('');
  });
});

describe('translate', () => {
  test('fills the placeholders and picks the plural form', () => {
    expect(translate('en', 'send.sentTo', { n: 1 })).toBe('Sent to 1 person.');
    expect(translate('en', 'send.sentTo', { n: 3 })).toBe('Sent to 3 people.');
    expect(translate('zh', 'send.sentTo', { n: 3 })).toBe('已发送给 3 人。');
  });

  test('inserts what a person wrote unchanged, even braces and dollar signs', () => {
    expect(translate('en', 'toast.new', { title: '{n} $& <b>' })).toBe('New notification: {n} $& <b>');
  });
});
