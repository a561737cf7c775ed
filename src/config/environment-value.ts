import { z } from 'zod';

/**
 * Schemas that read one environment variable each. An absent and an empty variable both mean the default.
 * An error text says what is expected and what to do; the caller puts name and value before it.
 */

/** `true`, `false`, `1` or `0`. */
export function flag(fallback: boolean) {
  return optionalText().transform((text, context) => {
    if (text === undefined) return fallback;
    const value = { true: true, '1': true, false: false, '0': false }[text.toLowerCase()];
    return value ?? refuse(context, `must be true or false. Correct it or remove it (default ${fallback}).`);
  });
}

/** A whole number within bounds. */
export function integer(range: { min: number; max: number; fallback: number; alsoZero?: 'off' }) {
  const { min, max, fallback, alsoZero } = range;
  return optionalText().transform((text, context) => {
    if (text === undefined) return fallback;
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if ((value >= min && value <= max) || (alsoZero === 'off' && value === 0)) return value;
    const off = alsoZero === 'off' ? ', or 0 for off' : '';
    return refuse(
      context,
      `must be a whole number from ${min} to ${max}${off}. Correct it or remove it (default ${fallback}).`,
    );
  });
}

/** One of the listed values. */
export function choice<const T extends string>(values: readonly T[], fallback: T) {
  return optionalText().transform((text, context): T => {
    if (text === undefined) return fallback;
    const value = values.find((candidate) => candidate === text);
    return (
      value ?? refuse(context, `must be one of ${values.join(', ')}. Correct it or remove it (default ${fallback}).`)
    );
  });
}

/** Any text; with `isValid` only text that passes this check. */
export function text(isValid?: (value: string) => boolean, expectation = '') {
  return optionalText().transform((value, context): string | undefined =>
    value === undefined || !isValid || isValid(value) ? value : refuse(context, expectation),
  );
}

/** A URL with one of the given schemes, such as `postgres:`. */
export function url(...schemes: readonly string[]) {
  const expected = schemes.map((scheme) => `${scheme}//`).join(' or ');
  return text(
    (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol),
    `must be a URL that starts with ${expected}; special characters in the password must be percent-encoded.`,
  );
}

/** Values separated by commas. */
export function list(isValid: (value: string) => boolean, expectation: string) {
  return optionalText().transform((text, context): readonly string[] => {
    const values = (text ?? '')
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '');
    return values.every(isValid) ? values : refuse(context, expectation);
  });
}

function optionalText() {
  return z
    .string()
    .optional()
    .transform((value) => (value === undefined || value.trim() === '' ? undefined : value.trim()));
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
