import { readFileSync } from 'node:fs';

/** Languages of the demo companies. */
export type DemoLanguage = 'en' | 'zh';

/**
 * Reads `<name>.json` of this folder, which the build copies beside the compiled code. The files belong to the program, so
 * their shape is not checked here: the specs of the demo check what is made of them.
 */
export function demoData<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Reads `<name>.en.json` and `<name>.zh.json`. */
export function demoDataByLanguage<T>(name: string): Readonly<Record<DemoLanguage, T>> {
  return { en: demoData<T>(`${name}.en`), zh: demoData<T>(`${name}.zh`) };
}
