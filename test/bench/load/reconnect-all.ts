import { connect } from 'node:net';

import type { StormResult, StreamTarget } from '../processes/messages.js';
import { EVENT_MARKER } from '../servers/bench-event.js';
import { accessToken, benchUser } from './access-token.js';

/** Reconnects all streams at once, each from the same position, as when a proxy restarts. */
export function reconnectAll(
  target: StreamTarget,
  streams: number,
  position: string,
  missed: number,
): Promise<StormResult> {
  // Signed before the measurement starts, because signing is not the server's work.
  const requests = Array.from({ length: streams }, (_, index) => requestOf(target, index, position));
  const startedAt = performance.now();
  let liveMs = 0;
  let waiting = streams;
  let replayed = 0;
  return new Promise((resolve, reject) => {
    for (const [index, request] of requests.entries()) {
      const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
      let text = '';
      let isLive = false;
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`Stream ${index} ended while it reconnected:\n${text.slice(0, 500)}`)));
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!isLive && text.includes(target.readyMarker)) {
          isLive = true;
          liveMs = performance.now() - startedAt;
        }
        const got = text.split(EVENT_MARKER).length - 1;
        if (got < missed) return;
        socket.removeAllListeners('data').removeAllListeners('close').resume();
        replayed += got;
        if (--waiting === 0) resolve({ liveMs, caughtUpMs: performance.now() - startedAt, replayed });
      });
      socket.write(request);
    }
  });
}

function requestOf(target: StreamTarget, index: number, position: string): string {
  return (
    `GET ${target.path.replace('{user}', benchUser(index))} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n` +
    `Accept: text/event-stream\r\nLast-Event-ID: ${position}\r\nAuthorization: Bearer ${accessToken(index)}\r\n\r\n`
  );
}

/** Opens streams that read their head and then never read again. They stay open until the process ends. */
export async function stall(target: StreamTarget, from: number, count: number): Promise<void> {
  const openOne = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: target.port, host: '127.0.0.1' });
      socket.on('error', reject);
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!text.includes(target.readyMarker)) return;
        socket
          .removeAllListeners('data')
          .removeAllListeners('error')
          .on('error', () => undefined);
        socket.pause();
        resolve();
      });
      socket.write(requestOf(target, index, '').replace('Last-Event-ID: \r\n', ''));
    });
  for (let index = from; index < from + count; index++) await openOne(index);
}
