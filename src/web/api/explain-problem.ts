import type { ApiProblem } from './problem.js';
import type { TextKey } from '../i18n/dictionary.js';
import { en } from '../i18n/en.js';
import { t, translate } from '../i18n/language.js';

/**
 * A refusal in the language of the page: the dictionary's text for the stable code, else the service's own detail
 * (English), else the status.
 */
export function explainProblem(problem: ApiProblem): string {
  const key = `problem.${problem.code}`;
  if (key in en) return t(key as TextKey);
  if (problem.detail !== '') return problem.detail;
  return t('problem.other', { status: problem.status });
}

/** Whether the service's own detail says more than {@link explainProblem}. */
export function addsDetail(problem: ApiProblem): boolean {
  const key = `problem.${problem.code}`;
  return (
    problem.status !== 0 && key in en && problem.detail !== '' && problem.detail !== translate('en', key as TextKey)
  );
}
