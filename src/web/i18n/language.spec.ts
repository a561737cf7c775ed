import { describe, expect, test } from '@jest/globals';
import { en } from './en.js';
import { translate } from './language.js';
import type { Plural, TextKey } from './language.js';
import { zh } from './zh.js';

const forms = (text: string | Plural): readonly string[] =>
  typeof text === 'string' ? [text] : [text.one, text.other];
const places = (text: string | Plural): readonly string[] =>
  [...new Set(forms(text).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].toSorted();

describe('the dictionaries', () => {
  test('have the same keys', () => {
    expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  test.each(Object.keys(en) as TextKey[])('have the same places in %s, and no empty text', (key) => {
    expect(places(zh[key])).toEqual(places(en[key]));
    for (const form of [...forms(en[key]), ...forms(zh[key])]) expect(form.trim()).not.toBe('');
  });
});

describe('a text', () => {
  test('has its places filled and its number agree', () => {
    expect(translate('en', 'send.sentTo', { n: 1 })).toBe('Sent to 1 person.');
    expect(translate('en', 'send.sentTo', { n: 3 })).toBe('Sent to 3 people.');
    expect(translate('zh', 'send.sentTo', { n: 3 })).toBe('已发送给 3 人。');
  });

  test('keeps what a person wrote as it is, braces and dollars too', () => {
    expect(translate('en', 'toast.new', { title: '{n} $& <b>' })).toBe('New notification: {n} $& <b>');
  });
});
