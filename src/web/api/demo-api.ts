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

export interface SignInResponse {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly user: {
    readonly id: string;
    readonly tenantId: string;
    readonly name: string;
    readonly roles: readonly string[];
  };
}

/** Demo people and sign-in. Outside demo mode every call responds with 404. */
export class DemoApi {
  constructor(private readonly client: ApiClient) {}

  /** The people one can sign in as. With `all`, everyone in the demo tenants. */
  async people(all = false): Promise<readonly DemoTenant[]> {
    const response = await this.client.request<{ readonly tenants: readonly DemoTenant[] }>(
      'GET',
      'api/v1/demo/people',
      {
        query: all ? { all: 'true' } : {},
      },
    );
    return response.tenants;
  }

  /** Sets the session cookie. */
  signIn(userId: string): Promise<SignInResponse> {
    return this.client.request('POST', 'api/v1/demo/sign-in', { body: { userId } });
  }

  /** Clears the session cookie. */
  signOut(): Promise<void> {
    return this.client.request('POST', 'api/v1/demo/sign-out');
  }
}
