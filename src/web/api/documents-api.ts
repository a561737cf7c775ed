import type { ApiClient } from './api-client.js';
import type { FormData } from './approval.js';

/** Documents of the demo ERP that people hand in for approval. */
export type DocumentKind = 'order' | 'leave';
export const DOCUMENT_KINDS = ['order', 'leave'] as const;

const PATHS: Readonly<Record<DocumentKind, string>> = {
  order: 'api/v1/purchase-orders',
  leave: 'api/v1/leave-requests',
};

/** Code of the process that decides a kind of document. */
export const PROCESS_CODES: Readonly<Record<DocumentKind, string>> = {
  order: 'demo-purchase-order',
  leave: 'demo-leave',
};

/** A document as the demo ERP answers it, as far as the pages read it. */
export interface DemoDocument {
  readonly id: string;
  readonly instanceId: string | null;
}

/** Purchase orders and leave requests of the demo ERP. Outside demo mode every call is a 404. */
export class DocumentsApi {
  constructor(private readonly client: ApiClient) {}

  create(kind: DocumentKind, form: FormData, idempotencyKey: string): Promise<DemoDocument> {
    return this.client.request('POST', PATHS[kind], { body: form, idempotencyKey });
  }

  /** Hands a document to its approval. */
  submit(kind: DocumentKind, id: string, idempotencyKey: string): Promise<DemoDocument> {
    return this.client.request('POST', `${PATHS[kind]}/${encodeURIComponent(id)}/submit`, { idempotencyKey });
  }
}
