import { connect } from 'node:net';

import type { ChurnPlan, ChurnResult } from '../processes/messages.js';
import { EVENT_MARKER } from '../servers/bench-event.js';
import { accessToken, benchUser } from './access-token.js';

/** Characters kept of the last read, to find an id that is split between two reads. */
const TAIL = 64;

/**
 * Opens and closes streams for the duration of the plan: half of them are closed and half reset, and half resume from their
 * last position. Resolves when every stream is closed.
 */
export async function churn(plan: ChurnPlan): Promise<ChurnResult> {
  const until = performance.now() + plan.seconds * 1_000;
  const result = { connects: 0, events: 0, refused: 0 };
  let next = 0;
  const keepOneOpen = async (): Promise<void> => {
    let position = '';
    while (performance.now() < until) {
      const lifeMs = Math.random() * Math.min(plan.maxLifeMs, Math.max(0, until - performance.now()));
      position = await openOnce(plan, next++ % plan.users, Math.random() < 0.5 ? position : '', lifeMs, result);
    }
  };
  await Promise.all(Array.from({ length: plan.streams }, keepOneOpen));
  return result;
}

/** @returns the last position. */
function openOnce(
  { target }: ChurnPlan,
  user: number,
  position: string,
  lifeMs: number,
  result: { connects: number; events: number; refused: number },
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    let tail = '';
    let last = position;
    let isFirst = true;
    socket.on('error', () => socket.destroy()); // Our own reset, or a refusal that is counted below.
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (isFirst) {
        isFirst = false;
        if (!text.startsWith('HTTP/1.1 200')) result.refused += 1;
      }
      result.events += text.split(EVENT_MARKER).length - 1;
      const seen = tail + text;
      last = [...seen.matchAll(/^id: (\S+)\n/gm)].at(-1)?.[1] ?? last;
      tail = seen.slice(-TAIL);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(last);
    });
    const timer = setTimeout(() => {
      if (Math.random() < 0.5) socket.resetAndDestroy();
      else socket.destroy();
    }, lifeMs);
    result.connects += 1;
    socket.write(
      `GET ${target.path.replace('{user}', benchUser(user))} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n` +
        `Accept: text/event-stream\r\n${position === '' ? '' : `Last-Event-ID: ${position}\r\n`}` +
        `Authorization: Bearer ${accessToken(user)}\r\n\r\n`,
    );
  });
}
