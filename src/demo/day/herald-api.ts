import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** Timeout of one request; milliseconds. */
const TIMEOUT_MS = 15_000;

/** Tries of one request while the service is busy or the connection fails. */
const MAX_TRIES = 6;

/** An answer of the service. */
export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON; `{}` where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The service answered with a status that the caller did not expect. */
export class UnexpectedAnswer extends Error {
  constructor(what: string, answer: ApiAnswer) {
    super(`${what} was answered with ${answer.status}: ${JSON.stringify(answer.body).slice(0, 400)}`);
    this.name = 'UnexpectedAnswer';
  }
}

/** Calls the API of the service, as a signed-in person after {@link signIn}. */
export class HeraldApi {
  private constructor(
    private readonly baseUrl: string,
    private readonly token: string | null,
  ) {}

  /** The API without a sign-in. */
  static at(baseUrl: string): HeraldApi {
    return new HeraldApi(baseUrl, null);
  }

  /** @throws UnexpectedAnswer when the person cannot sign in. */
  async signIn(userId: string): Promise<HeraldApi> {
    const { accessToken } = await this.requireOk('POST', 'demo/sign-in', { userId });
    return new HeraldApi(this.baseUrl, String(accessToken));
  }

  /** @throws UnexpectedAnswer for any status of 400 and more. */
  async requireOk(method: string, path: string, body?: unknown): Promise<ApiAnswer['body']> {
    const answer = await this.request(method, path, body);
    if (answer.status >= 400) throw new UnexpectedAnswer(`${method} ${path}`, answer);
    return answer.body;
  }

  /**
   * Sends one request, and repeats it while the service is busy or the connection fails. The repetitions have the same
   * Idempotency-Key, so the request is executed once.
   * @throws Error when no try got an answer.
   */
  async request(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const headers = {
      ...(this.token === null ? {} : { Authorization: `Bearer ${this.token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'Idempotency-Key': randomUUID() }),
    };
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === MAX_TRIES;
      try {
        const response = await fetch(new URL(`/api/v1/${path}`, this.baseUrl), {
          method,
          headers,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (isLast || (response.status !== 429 && response.status !== 503)) {
          return { status: response.status, body: parsed(text) };
        }
        await delay(1_000 * Math.min(5, Number(response.headers.get('retry-after')) || attempt));
      } catch (error) {
        if (isLast)
          throw new Error(`${method} ${path} got no answer in ${MAX_TRIES} tries (${String(error)}).`, {
            cause: error,
          });
        await delay(200 * attempt);
      }
    }
  }
}

function parsed(text: string): ApiAnswer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
