import { currentLanguage, t } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import type { Language } from '../i18n/language.js';
import { en } from '../i18n/en.js';

const HAN = /\p{Script=Han}/u;

/**
 * Translates a name from a process definition if the dictionary knows its id. A definition has one language, so a name
 * that is already in the reader's language stays as it is.
 */
export function localizedName(
  prefix: 'field' | 'node' | 'process' | 'value',
  id: string,
  text: string,
  language: Language = currentLanguage.language,
): string {
  const key = `${prefix}.${id}`;
  const isForeign = language === 'zh' ? !HAN.test(text) : text === id;
  return isForeign && key in en ? t(key as TextKey) : text;
}
