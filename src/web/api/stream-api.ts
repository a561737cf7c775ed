import type { ApiClient } from './api-client.js';

/** Changes one's own open stream. */
export class StreamApi {
  constructor(private readonly client: ApiClient) {}

  /** Replaces the topics of an open connection. */
  async setTopics(connectionId: string, topics: readonly string[]): Promise<void> {
    await this.client.request('PUT', `api/v1/sse/connections/${encodeURIComponent(connectionId)}/topics`, {
      body: { topics },
    });
  }
}
