import { Injectable } from '@nestjs/common';
import { expectedRevision, withTag } from '@nest-herald/platform/http';
import { IdempotentRequests, TenantTransaction } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import type { ApprovalCall } from './approval-call.js';

/** Runs the work of a route in a transaction of the caller's tenant; writes run once per `Idempotency-Key`. */
@Injectable()
export class ApprovalRequests {
  constructor(
    private readonly transactions: TenantTransaction,
    private readonly requests: IdempotentRequests,
  ) {}

  read<T>({ principal }: ApprovalCall, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transactions.run(principal.tenantId, work);
  }

  /** Reads a resource and sends its revision as ETag. */
  async readTagged<T extends { readonly revision: number }>(
    call: ApprovalCall,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    return withTag(call.response, await this.read(call, work));
  }

  /**
   * Writes once per `Idempotency-Key`.
   *
   * @param status the HTTP status that is stored with the answer
   * @returns the result of the work, or the stored result of the first request with the same key
   */
  async write<T>(call: ApprovalCall, status: number, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { principal, request, response } = call;
    const body = await this.requests.answer(principal, request, response, async (manager) => {
      const result = await work(manager);
      return { status, body: result ?? null };
    });
    return body as T;
  }

  /** Writes a resource: the work gets the revision of `If-Match`, and the new revision is sent as ETag. */
  async change<T extends { readonly revision: number }>(
    call: ApprovalCall,
    status: number,
    work: (manager: EntityManager, revision: number | undefined) => Promise<T>,
  ): Promise<T> {
    const revision = expectedRevision(call.request);
    return withTag(call.response, await this.write(call, status, (manager) => work(manager, revision)));
  }
}
