import type { ApiClient } from './api-client.js';

export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly roles: readonly string[];
}

export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly people: readonly DemoPerson[];
}

export interface SignInAnswer {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly user: {
    readonly id: string;
    readonly tenantId: string;
    readonly name: string;
    readonly roles: readonly string[];
  };
}

/** Demo people and sign-in, api.md §4. Outside demo mode every call is a 404. */
export class DemoApi {
  constructor(private readonly client: ApiClient) {}

  /** Those whom one may become at the sign-in; with `all` everybody who works at the companies. */
  async people(all = false): Promise<readonly DemoTenant[]> {
    const answer = await this.client.request<{ readonly tenants: readonly DemoTenant[] }>('GET', 'api/v1/demo/people', {
      query: all ? { all: 'true' } : {},
    });
    return answer.tenants;
  }

  /** Sets the session cookie. */
  signIn(userId: string): Promise<SignInAnswer> {
    return this.client.request('POST', 'api/v1/demo/sign-in', { body: { userId } });
  }

  /** Clears the session cookie. */
  signOut(): Promise<void> {
    return this.client.request('POST', 'api/v1/demo/sign-out');
  }
}
