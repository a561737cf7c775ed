import { SseError } from '../vocabulary/sse.errors.js';

const DEFAULT_CHANNEL_PREFIX = 'herald';

/** 1 to 64 characters that every carrier takes as they are, none of which is a wildcard or a separator. */
const CHANNEL_PREFIX = /^[A-Za-z0-9_-]{1,64}$/;

/** What the backplanes over a server of their own have in common. */
export interface ServerBackplaneOptions {
  /** Where the server is; a password in it is never shown. */
  readonly url: string;
  /**
   * Begins the name of the channel. Clusters that share a server must differ in it: else ephemeral events of one reach the people
   * of the other. 1–64 characters out of `A-Z a-z 0-9 _ -`. @defaultValue `herald`
   */
  readonly prefix?: string;
  /** Told what went wrong in the background; work goes on by itself. @defaultValue silence */
  readonly onError?: (what: string, error: unknown) => void;
}

const KNOWN: readonly string[] = ['url', 'prefix', 'onError'] satisfies (keyof ServerBackplaneOptions)[];

/** @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault; `urlFault` says what is wrong with the URL, never the URL. */
export function checkServerOptions(
  maker: string,
  options: ServerBackplaneOptions,
  urlFault: (url: string) => string | null,
): Required<ServerBackplaneOptions> {
  const { url, prefix = DEFAULT_CHANNEL_PREFIX, onError = () => undefined } = options;
  const faults = Object.keys(options)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => `${name} is not an option`);
  const fault = typeof url === 'string' ? urlFault(url) : 'must be a text';
  if (fault !== null) faults.push(`url ${fault}`);
  if (typeof prefix !== 'string' || !CHANNEL_PREFIX.test(prefix))
    faults.push(`prefix must be 1 to 64 characters out of A-Z a-z 0-9 _ -, got ${JSON.stringify(prefix)}`);
  if (typeof onError !== 'function') faults.push('onError must be a function');
  if (faults.length > 0) throw new SseError('ERR_SSE_INVALID_OPTIONS', `${maker}: ${faults.join('; ')}.`);
  return { url, prefix, onError };
}
