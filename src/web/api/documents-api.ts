import type { ApiClient } from './api-client.js';
import type { FormData } from './approval.js';

/** Documents of the demo ERP that need approval. */
export type DocumentKind = 'order' | 'leave';
export const DOCUMENT_KINDS = ['order', 'leave'] as const;

const PATHS: Readonly<Record<DocumentKind, string>> = {
  order: 'api/v1/purchase-orders',
  leave: 'api/v1/leave-requests',
};

/** Code of the approval process for each kind of document. */
export const PROCESS_CODES: Readonly<Record<DocumentKind, string>> = {
  order: 'demo-purchase-order',
  leave: 'demo-leave',
};

/** A document of the demo ERP, as far as the pages read it. */
export interface DemoDocument {
  readonly id: string;
  readonly instanceId: string | null;
}

/** Purchase orders and leave requests of the demo ERP. Outside demo mode every call responds with 404. */
export class DocumentsApi {
  constructor(private readonly client: ApiClient) {}

  create(kind: DocumentKind, form: FormData, idempotencyKey: string): Promise<DemoDocument> {
    return this.client.request('POST', PATHS[kind], { body: form, idempotencyKey });
  }

  /** Submits a document for approval. */
  submit(kind: DocumentKind, id: string, idempotencyKey: string): Promise<DemoDocument> {
    return this.client.request('POST', `${PATHS[kind]}/${encodeURIComponent(id)}/submit`, { idempotencyKey });
  }
}
