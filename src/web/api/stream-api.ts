import type { ApiClient } from './api-client.js';

/** What can be said about one's own open stream, api.md §3. */
export class StreamApi {
  constructor(private readonly client: ApiClient) {}

  /** Replaces the topics that a connection follows, without opening it anew. */
  async setTopics(connectionId: string, topics: readonly string[]): Promise<void> {
    await this.client.request('PUT', `api/v1/sse/connections/${encodeURIComponent(connectionId)}/topics`, {
      body: { topics },
    });
  }
}
