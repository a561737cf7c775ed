import { IncomingMessage, ServerResponse } from 'node:http';

/** The prototypes that an Express application sets on every request and response. */
export interface ExpressPrototypes {
  readonly request: object;
  readonly response: object;
}

/** Options for `createServer` of `node:http` or `node:https`. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * Creates requests and responses with the prototypes that Express would otherwise set later. Replacing a prototype gives every
 * message a hidden class of its own (2 KB for as long as a stream is open) and slows down all code that uses it. With these
 * classes Express finds its prototypes in place. docs/embedding.md shows an adapter for embedding hosts.
 *
 * @param application of Express 5, such as `ExpressAdapter.getInstance()`. Messages that it passes to a mounted application get
 * the prototypes of that one, as usual.
 */
export function expressMessages(application: ExpressPrototypes): MessageClasses {
  return {
    IncomingMessage: withPrototype(application.request, IncomingMessage),
    ServerResponse: withPrototype(application.response, ServerResponse),
  };
}

/** A constructor like `base` whose objects have this prototype. */
function withPrototype<C extends new (...args: never[]) => object>(prototype: object, base: C): C {
  // Node's constructors are functions, not classes, so they can initialise an object that another constructor created.
  const initialise = base as unknown as (this: object, first: unknown, second: unknown) => void;
  function Message(this: object, first: unknown, second: unknown): void {
    initialise.call(this, first, second);
  }
  // V8 reserves space for properties by what the constructors of this chain assign.
  Object.setPrototypeOf(Message, base);
  Message.prototype = prototype;
  return Message as unknown as C;
}
