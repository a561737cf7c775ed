import { nearestName } from './nearest-name.js';
import { PlatformError } from '../errors/platform.errors.js';

/** Bounds of a number option. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** 0 is allowed below `min` and switches the option off. */
  readonly zeroIsOff?: boolean;
}

/** Collects the faults in the options of one module, to report all of them together. */
export class OptionFaults {
  readonly #faults: string[] = [];

  /** @param module name in the error, such as `SseModule`. */
  constructor(private readonly module: string) {}

  /** Adds one fault, as a sentence without a full stop. */
  add(fault: string): void {
    this.#faults.push(fault);
  }

  /** @returns the integer, or the default when it is absent or invalid. */
  number(name: string, value: unknown, fallback: number, range: NumberRange): number {
    if (value === undefined) return fallback;
    if (range.zeroIsOff && value === 0) return 0;
    if (Number.isSafeInteger(value) && (value as number) >= range.min && (value as number) <= range.max) {
      return value as number;
    }
    const off = range.zeroIsOff ? ', or 0 to switch it off' : '';
    this.add(`${name} must be a whole number from ${range.min} to ${range.max}${off}; got ${shown(value)}`);
    return fallback;
  }

  boolean(name: string, value: unknown, fallback: boolean): boolean {
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.add(`${name} must be true or false; got ${shown(value)}`);
    return fallback;
  }

  oneOf<T extends string>(name: string, value: unknown, fallback: T, allowed: readonly T[]): T {
    if (value === undefined) return fallback;
    if (allowed.includes(value as T)) return value as T;
    this.add(`${name} must be one of ${allowed.join(', ')}; got ${shown(value)}`);
    return fallback;
  }

  /** @returns the value, or undefined with a fault when it is not an object. */
  object<T extends object>(name: string, value: T): T | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    // The value is not shown: it may be a secret that was passed instead of the object that contains it.
    this.add(
      `${name} must be an object; got ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
    );
    return undefined;
  }

  /** Checks that an option is a function. */
  callable<T extends (...parameters: never[]) => unknown>(name: string, value: T | undefined): T | undefined {
    if (value === undefined || typeof value === 'function') return value;
    this.add(`${name} must be a function; got ${shown(value)}`);
    return undefined;
  }

  /** Checks that a seam is an object with the required methods. */
  seam<T>(name: string, value: T | undefined, methods: readonly (keyof T & string)[]): T | undefined {
    if (value === undefined) return undefined;
    const missing =
      typeof value === 'object' && value !== null
        ? methods.filter((method) => typeof value[method] !== 'function')
        : methods;
    if (missing.length > 0) this.add(`${name} must be an object with the methods ${missing.join(', ')}`);
    return value;
  }

  /** Reports every unknown option, with the nearest known name if there is one. */
  unknown(prefix: string, given: object, known: readonly string[]): void {
    for (const name of Object.keys(given)) {
      if (known.includes(name)) continue;
      const meant = nearestName(name, known);
      this.add(`${prefix}${name} is not an option${meant === null ? '' : `; did you mean ${prefix}${meant}?`}`);
    }
  }

  /** @throws PlatformError `ERR_SSE_INVALID_OPTIONS` with every fault, if there are any. */
  throwIfAny(): void {
    if (this.#faults.length === 0) return;
    throw new PlatformError(
      'ERR_SSE_INVALID_OPTIONS',
      `The options of ${this.module} have ${this.#faults.length} fault(s):\n${this.#faults.map((f) => `- ${f}`).join('\n')}`,
    );
  }
}

/** Formats a value and shortens a long one. Options with secrets are never passed here. */
function shown(value: unknown): string {
  // JSON writes NaN and Infinity as null, and undefined for a function.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? `a ${typeof value}`);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
