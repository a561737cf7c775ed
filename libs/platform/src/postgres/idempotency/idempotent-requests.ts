import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/principal.js';
import type { EntityManager } from 'typeorm';
import type { Idempotency, KeyedWrite, KeyedWriteResponse } from '../../http/idempotency.js';
import { requestIdentity } from './idempotency-key.js';
import { TenantTransaction } from '../tenancy/tenant-transaction.js';
import { IdempotentTransaction, type KeptAnswer } from './idempotent-transaction.js';

/** What handlers of writing routes call: it does their work in one tenant transaction, once per `Idempotency-Key`. */
@Injectable()
export class IdempotentRequests implements Idempotency {
  readonly #transaction: IdempotentTransaction;

  constructor(transactions: TenantTransaction) {
    this.#transaction = new IdempotentTransaction(transactions);
  }

  /**
   * @returns the body to answer with; undefined for none. A replayed answer has the header `Idempotency-Replayed: true`.
   * @throws what `requestIdentity` and `IdempotentTransaction.run` throw.
   */
  async answer(
    principal: Principal,
    request: KeyedWrite,
    response: KeyedWriteResponse,
    work: (manager: EntityManager) => Promise<KeptAnswer>,
  ): Promise<unknown> {
    const { method, headers, body } = request;
    const identity = requestIdentity(principal, { method, path: pathOf(request), headers, body });
    const answer = await this.#transaction.run(identity, work);
    if (answer.replayed) response.header('Idempotency-Replayed', 'true');
    return answer.body ?? undefined;
  }
}

/** The whole path of a request without its query, even below a nested router. */
function pathOf(request: KeyedWrite): string {
  return (request.originalUrl ?? request.url).split('?', 1)[0] ?? '';
}
