import { IncomingMessage, ServerResponse } from 'node:http';

/** What of an Express application matters here: the prototypes that it gives to every request and response. */
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
 * Lets requests and responses be born with the prototypes that Express would give them afterwards. An exchanged prototype
 * costs every message a hidden class of its own (2 KB that live as long as an open stream) and makes all code that touches
 * it slow; with these classes Express finds the exchange done and leaves the message alone. Embedding hosts find an adapter in
 * docs/embedding.md.
 *
 * @param application of Express 5, such as `ExpressAdapter.getInstance()`. Messages that it hands to an application mounted
 * inside it get the prototypes of that one, as ever.
 */
export function expressMessages(application: ExpressPrototypes): MessageClasses {
  return {
    IncomingMessage: bornAs(application.request, IncomingMessage),
    ServerResponse: bornAs(application.response, ServerResponse),
  };
}

/** A constructor like `base` whose objects have this prototype. */
function bornAs<C extends new (...args: never[]) => object>(prototype: object, base: C): C {
  // Node's own are functions and not classes, so they can initialise an object that another one has made.
  const initialise = base as unknown as (this: object, first: unknown, second: unknown) => void;
  function Message(this: object, first: unknown, second: unknown): void {
    initialise.call(this, first, second);
  }
  // The engine reserves room for properties by what the constructors of this chain assign.
  Object.setPrototypeOf(Message, base);
  Message.prototype = prototype;
  return Message as unknown as C;
}
