import { expect, it } from '@jest/globals';
import { describeWithPrograms } from '../support/server-program.js';
import { LocalCluster } from './local-cluster.js';
import { rollingRestart } from './rolling-restart.js';

describeWithPrograms('A rolling restart behind HAProxy', ['haproxy'], () => {
  it('loses, duplicates and reorders no event, for clients and publishers that use the proxy', async () => {
    const environment = { SSE_CONNECTS_PER_MINUTE: '0', SSE_MAX_CONNECTIONS_PER_USER: '0' };
    const cluster = await LocalCluster.start({ servers: 2, proxy: 'haproxy', environment });
    try {
      const result = await rollingRestart(cluster, { rounds: 1, followers: 6, publishers: 2 });
      expect(result).toMatchObject({ restarts: 2, lost: 0, duplicated: 0, reordered: 0, resyncs: 0 });
      // The restarts had an effect, and there were events to lose.
      expect(result.reconnects).toBeGreaterThan(0);
      expect(result.published).toBeGreaterThan(100);
    } finally {
      await cluster.stop();
    }
  }, 120_000);
});
