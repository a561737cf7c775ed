/**
 * Base of every error of these packages that is not an answer to a request: a stable `code`, a message that says what
 * happened, with which value and what to do, and the cause where there is one.
 */
export class CodedError<Code extends string = string> extends Error {
  constructor(
    readonly code: Code,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'CodedError';
  }
}
