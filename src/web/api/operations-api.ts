import type { ApiClient } from './api-client.js';

export interface OnlineUser {
  readonly userId: string;
  readonly connections: number;
  readonly devices: readonly string[];
  readonly since: string;
  readonly lastSeenAt: string;
  /** Number of the session. */
  readonly generation: number;
}

/** Data of the event `presence`. */
export interface PresenceChange {
  readonly userId: string;
  readonly online: boolean;
  readonly connections: number;
  readonly at: string;
  readonly generation: number;
}

export interface OnlineUsers {
  readonly items: readonly OnlineUser[];
  readonly total: number;
}

export interface OnlineConnection {
  readonly id: string;
  readonly nodeId: string;
  readonly device: string;
  readonly transport: string;
  readonly topics: readonly string[];
  readonly since: string;
}

export interface StreamStatistics {
  readonly totalConnections: number;
  readonly totalUsers: number;
  readonly totalTopics: number;
  readonly byNode: readonly {
    readonly nodeId: string;
    readonly connections: number;
    readonly users: number;
    readonly draining: boolean;
  }[];
  readonly eventsSentTotal: number;
  readonly eventsDroppedTotal: number;
  readonly eventsPerSecond: number;
  readonly slowConsumersTotal: number;
  readonly uptimeSeconds: number;
}

/** Online users and stream statistics. Requires `sse:admin`. */
export class OperationsApi {
  constructor(private readonly client: ApiClient) {}

  /** Includes people within the grace period: a person who returns in time causes no event. */
  onlineUsers(): Promise<OnlineUsers> {
    return this.client.request('GET', 'api/v1/sse/online-users', { query: { limit: 100, leaving: 'true' } });
  }

  async connectionsOf(userId: string): Promise<readonly OnlineConnection[]> {
    const response = await this.client.request<{ readonly connections: readonly OnlineConnection[] }>(
      'GET',
      `api/v1/sse/online-users/${encodeURIComponent(userId)}`,
    );
    return response.connections;
  }

  statistics(): Promise<StreamStatistics> {
    return this.client.request('GET', 'api/v1/sse/stats');
  }
}
