import { currentLanguage, t } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import type { Language } from '../i18n/language.js';
import { en } from '../i18n/en.js';

const HAN = /\p{Script=Han}/u;

/**
 * A name out of a process definition in the reader's language, as far as the dictionary knows its id. Definitions have
 * one language: one that is written in the reader's own is left alone, and so is every English one for English readers.
 */
export function spokenText(
  prefix: 'field' | 'node' | 'process' | 'value',
  id: string,
  text: string,
  language: Language = currentLanguage.language,
): string {
  const key = `${prefix}.${id}`;
  const isForeign = language === 'zh' ? !HAN.test(text) : text === id;
  return isForeign && key in en ? t(key as TextKey) : text;
}
