import { callerOf } from '@nest-herald/approvals';
import { expectedRevision, type KeyedWrite, type KeyedWriteResponse } from '@nest-herald/platform/http';
import { IdempotentRequests } from '@nest-herald/platform/postgres';
import { asTenantId, type Principal } from '@nest-herald/platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { DemoRefusal } from '../documents/demo.errors.js';
import { type DocumentPage, type DocumentQuery, pageOf, requireRevision } from '../documents/document.js';
import { DocumentApprovals } from './document-approvals.js';
import type { ApprovedDocument, DocumentKind } from '../documents/document-kind.js';

/** A document as it is answered. */
interface AnsweredDocument extends ApprovedDocument {
  readonly revision: number;
}

/** Who asks, with what. */
export interface DeskRequest {
  readonly principal: Principal;
  readonly request: KeyedWrite;
  readonly response: KeyedWriteResponse;
}

/** What a new document begins as, whatever its kind. */
export const NEW_DOCUMENT = { status: 'draft', createdAt: null, decidedAt: null } as const;

/** What the routes of documents have in common: each is one transaction of the caller's tenant. */
@Injectable()
export class DocumentDesk {
  constructor(
    private readonly transactions: TenantTransaction,
    private readonly requests: IdempotentRequests,
    private readonly approvals: DocumentApprovals,
  ) {}

  /** @param read one row more than the page has. */
  list<T extends ApprovedDocument>(
    principal: Principal,
    query: DocumentQuery,
    read: (manager: EntityManager, tenantId: string) => Promise<readonly T[]>,
  ): Promise<DocumentPage<T>> {
    const tenantId = asTenantId(principal.tenantId);
    return this.transactions.run(tenantId, async (manager) => pageOf(await read(manager, tenantId), query.limit));
  }

  /** @throws DemoRefusal 404 also for one that is not shown to the caller. */
  async get<T extends AnsweredDocument>(
    principal: Principal,
    response: KeyedWriteResponse,
    kind: DocumentKind<T>,
    id: string,
  ): Promise<T> {
    const tenantId = asTenantId(principal.tenantId);
    const document = await this.transactions.run(tenantId, (manager) => kind.read(manager, tenantId, id));
    const shown = requireShown(principal, kind, document);
    response.header('ETag', `"${shown.revision}"`);
    return shown;
  }

  create(
    { principal, request, response }: DeskRequest,
    insert: (manager: EntityManager) => Promise<readonly unknown[]>,
  ) {
    return this.requests.answer(principal, request, response, async (manager) => {
      const [document] = await insert(manager);
      return { status: 201, body: document };
    });
  }

  /** Hands it to its approval; both happen or neither does. @throws DemoRefusal 404, 412, and what `submit` throws. */
  submit<T extends AnsweredDocument>(
    { principal, request, response }: DeskRequest,
    kind: DocumentKind<T>,
    id: string,
  ): Promise<unknown> {
    const revision = expectedRevision(request);
    const { tenantId } = principal;
    return this.requests.answer(principal, request, response, async (manager) => {
      const document = requireShown(principal, kind, await kind.lock(manager, tenantId, id));
      requireRevision(revision, document.revision);
      await this.approvals.submit(manager, callerOf(principal, request), kind, document);
      return { status: 200, body: await kind.read(manager, tenantId, id) };
    });
  }
}

function requireShown<T extends ApprovedDocument>(principal: Principal, kind: DocumentKind<T>, document: T | null): T {
  if (document !== null && kind.isShown(principal, document)) return document;
  throw new DemoRefusal('not_found', `There is no such ${kind.noun}.`);
}
