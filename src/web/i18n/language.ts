import { Observed } from '../reactive/observed.js';
import type { Dictionary, TextKey } from './dictionary.js';
import { en } from './en.js';
import { zh } from './zh.js';

/** Languages of the pages. */
export type Language = 'en' | 'zh';

const STORAGE_KEY = 'herald.language';
const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { en, zh };
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };

/**
 * Finds a text and fills its `{name}` placeholders. A plural takes its number from `params.n`.
 * Pure, so that tests can compare the dictionaries.
 */
export function translate(
  language: Language,
  key: TextKey,
  params: Readonly<Record<string, string | number>> = {},
): string {
  const entry = DICTIONARIES[language][key];
  const text = typeof entry === 'string' ? entry : Number(params['n']) === 1 ? entry.one : entry.other;
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(params[name] ?? placeholder));
}

class CurrentLanguage extends Observed {
  #language: Language = 'en';

  get language(): Language {
    return this.#language;
  }

  /** BCP 47 tag for dates and numbers. */
  get locale(): string {
    return LOCALES[this.#language];
  }

  set(language: Language): void {
    this.#language = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    this.changed();
  }
}

/** The language of the page. Components observe it. */
export const currentLanguage = new CurrentLanguage();

/** A text in the language of the page. */
export function t(key: TextKey, params?: Readonly<Record<string, string | number>>): string {
  return translate(currentLanguage.language, key, params);
}

/** The text for a value that the server chose (`prefix.value`), or the value itself if the dictionary has none. */
export function tValue(prefix: string, value: string): string {
  const key = `${prefix}.${value}`;
  return key in en ? t(key as TextKey) : value;
}

/** Applies the stored choice, else the first supported language of the browser. */
export function applyStoredLanguage(): void {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'en' || stored === 'zh') return currentLanguage.set(stored);
  const wanted = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? 'en';
  currentLanguage.set(wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}

/** Switches to a language and stores the choice. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
  currentLanguage.set(language);
}
