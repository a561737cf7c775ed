import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';
import { type KeyedRequest, requestIdentity } from './idempotency-key.js';
import { IdempotentTransaction, type KeptAnswer } from './idempotent-transaction.js';

/** The request, as far as it is read here; Express and Fastify both fit. */
export interface WriteRequest extends Omit<KeyedRequest, 'path'> {
  readonly originalUrl?: string;
  readonly url: string;
}

/** The response, as far as it is written here. */
export interface WriteResponse {
  header(name: string, value: string): unknown;
}

/** What handlers of writing routes call: their work in one tenant transaction, once per `Idempotency-Key`. */
@Injectable()
export class IdempotentRequests {
  constructor(@Inject(IdempotentTransaction) private readonly transactions: IdempotentTransaction) {}

  /**
   * @returns the body to answer with; undefined for none. A replayed one is announced by `Idempotency-Replayed: true`.
   * @throws what `requestIdentity` and `IdempotentTransaction.run` throw.
   */
  async answer(
    principal: Principal,
    request: WriteRequest,
    response: WriteResponse,
    work: (manager: EntityManager) => Promise<KeptAnswer>,
  ): Promise<unknown> {
    const { method, headers, body } = request;
    const identity = requestIdentity(principal, { method, path: pathOf(request), headers, body });
    const answer = await this.transactions.run(identity, work);
    if (answer.replayed) response.header('Idempotency-Replayed', 'true');
    return answer.body ?? undefined;
  }
}

/** The path of a request without its query, however deep the router is. */
export function pathOf(request: WriteRequest): string {
  return (request.originalUrl ?? request.url).split('?', 1)[0] ?? '';
}
