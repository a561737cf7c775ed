import type { Edit } from './cluster/service-tree.js';

/**
 * Makes what comes from the backplane in a copy of the product unreliable: 30 % of the messages are lost, 30 % of the hints and
 * wake-ups come twice, 30 % come late and so out of order. Durable delivery must not notice (delivery.md §2 "Backplane"). Ephemeral
 * events travel on it themselves, so they may be lost here and must not be doubled: no engine that carries them does that.
 */
export const LOSSY_BACKPLANE: readonly Edit[] = [
  {
    file: 'sse/dist/hub/hub-parts.js',
    find: 'await backplane.start((message) => listener.onMessage(message));',
    replace: `await backplane.start((message) => {
            if (Math.random() < 0.3) return;
            for (let times = message.kind !== 'ephemeral' && Math.random() < 0.3 ? 2 : 1; times > 0; times -= 1) {
                if (Math.random() < 0.3) setTimeout(() => listener.onMessage(message), Math.random() * 200);
                else listener.onMessage(message);
            }
        });`,
  },
];
