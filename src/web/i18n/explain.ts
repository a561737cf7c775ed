import type { ApiProblem } from '../api/problem.js';
import { t, translate } from './language.js';
import type { TextKey } from './language.js';
import { en } from './en.js';

/**
 * A refusal in words of the page's language: by the service's stable code where the dictionary has it, else what the
 * service itself says (English), else the status.
 */
export function explain(problem: ApiProblem): string {
  const key = `problem.${problem.code}`;
  if (key in en) return t(key as TextKey);
  if (problem.detail !== '') return problem.detail;
  return t('problem.other', { status: problem.status });
}

/** Whether the service's own words add something to {@link explain}. */
export function addsDetail(problem: ApiProblem): boolean {
  const key = `problem.${problem.code}`;
  return (
    problem.status !== 0 && key in en && problem.detail !== '' && problem.detail !== translate('en', key as TextKey)
  );
}
