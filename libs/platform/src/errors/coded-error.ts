/**
 * Base of every error of these packages that is not an answer to a request. It has a stable `code`, a message with the event,
 * the value and the remedy, and the cause if there is one.
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
