import { CarrierBackplane } from '../../backplane/carrier-backplane.js';
import { checkServerOptions, type ServerBackplaneOptions } from '../../backplane/server-backplane-options.js';
import { NatsCarrier } from './nats-carrier.js';
import { natsLogin } from './nats-login.js';

/** Says what is wrong with the URLs of NATS servers, without showing them. @returns null when nothing is. */
function natsUrlFault(url: string): string | null {
  return natsLogin(url) === null
    ? 'must be nats://user:password@host:4222 (tls:// with TLS; nats://token@host for a token), several servers of one cluster with the same login separated by commas; special characters must be percent-encoded'
    : null;
}

/** Hints and ephemeral events over core NATS. `counters` tells what was lost and what was not ours. */
export type NatsBackplane = CarrierBackplane;

/**
 * Makes a {@link NatsBackplane} for a NATS server (2.9 or newer) or cluster; needs the package `@nats-io/transport-node`. Nothing
 * connects before the hub starts. Core NATS keeps nothing: what is published while no server is there is lost, counted, and repaired by the event log's tail.
 *
 * @throws SseError `ERR_SSE_INVALID_OPTIONS`, naming every fault. Its `start` throws `ERR_SSE_BACKPLANE`.
 */
export function createNatsBackplane(options: ServerBackplaneOptions): NatsBackplane {
  const { url, prefix, onError } = checkServerOptions('createNatsBackplane', options, natsUrlFault);
  return new CarrierBackplane(new NatsCarrier(natsLogin(url)!, `${prefix}.sse`), onError);
}
