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

/** A document as an answer contains it. */
interface AnsweredDocument extends ApprovedDocument {
  readonly revision: number;
}

/** A write request of a user. */
export interface DocumentRequest {
  readonly principal: Principal;
  readonly request: KeyedWrite;
  readonly response: KeyedWriteResponse;
}

/** Initial values of a new document of any kind. */
export const NEW_DOCUMENT = { status: 'draft', createdAt: null, decidedAt: null } as const;

/** What the routes of all kinds of documents share. Each call is one transaction of the caller's tenant. */
@Injectable()
export class DocumentsService {
  constructor(
    private readonly transactions: TenantTransaction,
    private readonly requests: IdempotentRequests,
    private readonly approvals: DocumentApprovals,
  ) {}

  /** @param read reads one row more than the page has. */
  list<T extends ApprovedDocument>(
    principal: Principal,
    query: DocumentQuery,
    read: (manager: EntityManager, tenantId: string) => Promise<readonly T[]>,
  ): Promise<DocumentPage<T>> {
    const tenantId = asTenantId(principal.tenantId);
    return this.transactions.run(tenantId, async (manager) => pageOf(await read(manager, tenantId), query.limit));
  }

  /** @throws DemoRefusal 404, also for a document that the caller may not see. */
  async get<T extends AnsweredDocument>(
    principal: Principal,
    response: KeyedWriteResponse,
    kind: DocumentKind<T>,
    id: string,
  ): Promise<T> {
    const tenantId = asTenantId(principal.tenantId);
    const document = await this.transactions.run(tenantId, (manager) => kind.read(manager, tenantId, id));
    const visible = requireVisible(principal, kind, document);
    response.header('ETag', `"${visible.revision}"`);
    return visible;
  }

  create(
    { principal, request, response }: DocumentRequest,
    insert: (manager: EntityManager) => Promise<readonly unknown[]>,
  ) {
    return this.requests.answer(principal, request, response, async (manager) => {
      const [document] = await insert(manager);
      return { status: 201, body: document };
    });
  }

  /** Submits a document and starts its approval in one transaction. @throws DemoRefusal 404, 412, and those of `submit`. */
  submit<T extends AnsweredDocument>(
    { principal, request, response }: DocumentRequest,
    kind: DocumentKind<T>,
    id: string,
  ): Promise<unknown> {
    const revision = expectedRevision(request);
    const { tenantId } = principal;
    return this.requests.answer(principal, request, response, async (manager) => {
      const document = requireVisible(principal, kind, await kind.lock(manager, tenantId, id));
      requireRevision(revision, document.revision);
      await this.approvals.submit(manager, callerOf(principal, request), kind, document);
      return { status: 200, body: await kind.read(manager, tenantId, id) };
    });
  }
}

function requireVisible<T extends ApprovedDocument>(
  principal: Principal,
  kind: DocumentKind<T>,
  document: T | null,
): T {
  if (document !== null && kind.isVisibleTo(principal, document)) return document;
  throw new DemoRefusal('not_found', `There is no ${kind.noun} with this id.`);
}
