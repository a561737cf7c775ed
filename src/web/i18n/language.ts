import { Observed } from '../app/observed.js';
import { en } from './en.js';
import { zh } from './zh.js';

/** Languages of the pages. */
export type Language = 'en' | 'zh';
/** A text that depends on a number: `one` where the language tells it apart. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}
export type TextKey = keyof typeof en;
export type Dictionary = Readonly<Record<TextKey, string | Plural>>;

const STORAGE_KEY = 'herald.language';
const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { en, zh };
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };

/**
 * Finds a text and fills its `{name}` places. Pure, so that tests can compare the dictionaries.
 * A plural takes its number from `params.n`.
 */
export function translate(
  language: Language,
  key: TextKey,
  params: Readonly<Record<string, string | number>> = {},
): string {
  const entry = DICTIONARIES[language][key];
  const text = typeof entry === 'string' ? entry : Number(params['n']) === 1 ? entry.one : entry.other;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place));
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

/** The language of the page; components watch it. */
export const currentLanguage = new CurrentLanguage();

/** A text in the language of the page. */
export function t(key: TextKey, params?: Readonly<Record<string, string | number>>): string {
  return translate(currentLanguage.language, key, params);
}

/** A text for a value that the server chose (`key` + value), or the value itself where the dictionary has none. */
export function tValue(prefix: string, value: string): string {
  const key = `${prefix}.${value}`;
  return key in en ? t(key as TextKey) : value;
}

/** Applies the stored choice, else the first language of the browser that we speak. */
export function applyStoredLanguage(): void {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'en' || stored === 'zh') return currentLanguage.set(stored);
  const wanted = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? 'en';
  currentLanguage.set(wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}

/** Chooses and remembers a language. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
  currentLanguage.set(language);
}
