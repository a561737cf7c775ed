import { CarrierBackplane } from '../../backplane/carrier-backplane.js';
import { checkServerOptions, type ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
import { NatsCarrier } from './nats-carrier.js';
import { natsLogin } from './nats-login.js';

/** @returns what is wrong with the URLs, without showing them; null when they are valid. */
function natsUrlFault(url: string): string | null {
  return natsLogin(url) === null
    ? 'must be nats://user:password@host:4222 (tls:// with TLS; nats://token@host for a token), several servers of one cluster with the same login separated by commas; special characters must be percent-encoded'
    : null;
}

/** Hints and ephemeral events over core NATS. */
export type NatsBackplane = CarrierBackplane;

/**
 * Creates a {@link NatsBackplane} for a NATS server (2.9 or newer) or cluster. It needs the package `@nats-io/transport-node`
 * and connects when the hub starts. Core NATS stores nothing: a message published while NATS is unreachable is lost and
 * counted, and the event log's tail repairs it.
 *
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault. `start` throws `ERR_SSE_BACKPLANE`.
 */
export function createNatsBackplane(options: ServerBackplaneOptions): NatsBackplane {
  const { url, prefix, onError } = checkServerOptions('createNatsBackplane', options, natsUrlFault);
  return new CarrierBackplane(new NatsCarrier(natsLogin(url)!, `${prefix}.sse`), onError);
}
