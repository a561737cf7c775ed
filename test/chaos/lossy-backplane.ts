import type { Edit } from './cluster/service-tree.js';

/**
 * Makes the backplane of a copy of the product unreliable: 30 % of the messages are lost, 30 % of the hints and wake-ups are
 * duplicated, and 30 % are delayed and so reordered. Durable delivery does not depend on them. Ephemeral events travel on the
 * backplane itself: they may be lost here and must not be duplicated, because no engine that carries them does that.
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
