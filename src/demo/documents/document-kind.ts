import type { Principal } from '@nest-herald/platform';
import type { EntityManager } from 'typeorm';
import type { DocumentStatus } from './document.js';

/** The fields of a document that its approval needs. */
export interface ApprovedDocument {
  readonly id: string;
  readonly status: DocumentStatus;
  readonly requesterId: string;
  readonly instanceId: string | null;
}

/** A change of a document by its approval. */
export interface StatusChange {
  readonly status: DocumentStatus;
  readonly instanceId: string | null;
  /** The form as submitted or decided; its values replace those of the document. null keeps the document's values. */
  readonly form: Readonly<Record<string, unknown>> | null;
}

/** A kind of document that an approval decides. */
export interface DocumentKind<T extends ApprovedDocument = ApprovedDocument> {
  /** `businessType` of its approvals. */
  readonly businessType: string;
  /** Code of its process. */
  readonly processCode: string;
  /** Its name in error texts. */
  readonly noun: string;
  /** Whether a user of the document's tenant may see it. */
  isVisibleTo(principal: Principal, document: T): boolean;
  read(manager: EntityManager, tenantId: string, id: string): Promise<T | null>;
  /** Reads the document and locks its row until the transaction ends. */
  lock(manager: EntityManager, tenantId: string, id: string): Promise<T | null>;
  /** The form of its approval. */
  formOf(document: T): Readonly<Record<string, unknown>>;
  titleOf(document: T): string;
  /**
   * The form of an approval, converted to the fields of the document.
   * @throws DemoRefusal 422 `invalid_form` when the document cannot store the form.
   */
  checkedForm(form: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  changeStatus(manager: EntityManager, tenantId: string, id: string, move: StatusChange): Promise<void>;
}
