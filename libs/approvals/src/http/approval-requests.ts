import { Inject, Injectable } from '@nestjs/common';
import { expectedRevision, withTag } from '@nest-herald/platform/http';
import { IdempotentRequests, TenantTransaction } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import type { ApprovalCall } from './approval-call.js';

/** What the routes do their work with: a transaction of the caller's tenant, for writing once per `Idempotency-Key`. */
@Injectable()
export class ApprovalRequests {
  constructor(
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
  ) {}

  read<T>({ principal }: ApprovalCall, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transactions.run(principal.tenantId, work);
  }

  /** Reads what has a revision, which becomes the ETag of the answer. */
  async readTagged<T extends { readonly revision: number }>(
    call: ApprovalCall,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    return withTag(call.response, await this.read(call, work));
  }

  /**
   * @param status that the answer has; kept with it.
   * @returns what the work returned, or what it returned to the first request with this key.
   */
  async write<T>(call: ApprovalCall, status: number, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { principal, request, response } = call;
    const body = await this.requests.answer(principal, request, response, async (manager) => {
      const answer = await work(manager);
      return { status, body: answer ?? null };
    });
    return body as T;
  }

  /** Changes what has a revision: the caller's `If-Match` goes in, the ETag comes out. */
  async change<T extends { readonly revision: number }>(
    call: ApprovalCall,
    status: number,
    work: (manager: EntityManager, revision: number | undefined) => Promise<T>,
  ): Promise<T> {
    const revision = expectedRevision(call.request);
    return withTag(call.response, await this.write(call, status, (manager) => work(manager, revision)));
  }
}
