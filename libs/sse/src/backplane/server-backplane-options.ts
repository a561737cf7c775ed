import { SseError } from '../vocabulary/sse.errors.js';

const DEFAULT_CHANNEL_PREFIX = 'herald';

/** 1 to 64 characters that every carrier accepts unchanged; none is a wildcard or a separator. */
const CHANNEL_PREFIX = /^[A-Za-z0-9_-]{1,64}$/;

/** Options of the backplanes that use a Redis or NATS server. */
export interface ServerBackplaneOptions {
  /** URL of that server. No error or log line ever shows its password. */
  readonly url: string;
  /**
   * Prefix of the channel name. Clusters that share a Redis or NATS server need different prefixes: otherwise ephemeral events
   * of one reach the users of the other. 1–64 characters out of `A-Z a-z 0-9 _ -`. @defaultValue `herald`
   */
  readonly prefix?: string;
  /** Called with each error in the background; the backplane recovers by itself. @defaultValue errors are ignored */
  readonly onError?: (what: string, error: unknown) => void;
}

const KNOWN: readonly string[] = ['url', 'prefix', 'onError'] satisfies (keyof ServerBackplaneOptions)[];

/**
 * @param urlFault states what is wrong with the URL, never the URL itself; null when it is valid.
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault.
 */
export function checkServerOptions(
  caller: string,
  options: ServerBackplaneOptions,
  urlFault: (url: string) => string | null,
): Required<ServerBackplaneOptions> {
  const { url, prefix = DEFAULT_CHANNEL_PREFIX, onError = () => undefined } = options;
  const faults = Object.keys(options)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => `${name} is not an option`);
  const fault = typeof url === 'string' ? urlFault(url) : 'must be a string';
  if (fault !== null) faults.push(`url ${fault}`);
  if (typeof prefix !== 'string' || !CHANNEL_PREFIX.test(prefix))
    faults.push(`prefix must be 1 to 64 characters out of A-Z a-z 0-9 _ -, got ${JSON.stringify(prefix)}`);
  if (typeof onError !== 'function') faults.push('onError must be a function');
  if (faults.length > 0) throw new SseError('ERR_SSE_INVALID_OPTIONS', `${caller}: ${faults.join('; ')}.`);
  return { url, prefix, onError };
}
