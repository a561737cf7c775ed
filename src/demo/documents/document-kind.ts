import type { Principal } from '@nest-herald/platform';
import type { EntityManager } from 'typeorm';
import type { DocumentStatus } from './document.js';

/** A document as its approval needs to know it. */
export interface ApprovedDocument {
  readonly id: string;
  readonly status: DocumentStatus;
  readonly requesterId: string;
  readonly instanceId: string | null;
}

/** What an approval says about a document. */
export interface DocumentMove {
  readonly status: DocumentStatus;
  readonly instanceId: string | null;
  /** The form as it was submitted or decided; it becomes what the document says. null leaves the document as it is. */
  readonly form: Readonly<Record<string, unknown>> | null;
}

/** A kind of document that is decided by an approval. */
export interface DocumentKind<T extends ApprovedDocument = ApprovedDocument> {
  /** `businessType` of its approvals. */
  readonly businessType: string;
  /** Code of its process. */
  readonly processCode: string;
  /** What people call it. */
  readonly noun: string;
  /** Whether somebody of its tenant may see it. */
  isShown(principal: Principal, document: T): boolean;
  read(manager: EntityManager, tenantId: string, id: string): Promise<T | null>;
  /** The same, and holds its row until the transaction ends. */
  lock(manager: EntityManager, tenantId: string, id: string): Promise<T | null>;
  /** What the approval shows and decides about. */
  formOf(document: T): Readonly<Record<string, unknown>>;
  titleOf(document: T): string;
  /**
   * A form as it came out of an approval, in the shape in which the document keeps it.
   * @throws DemoRefusal 422 `invalid_form` for one that the document cannot keep.
   */
  keptForm(form: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  move(manager: EntityManager, tenantId: string, id: string, move: DocumentMove): Promise<void>;
}
