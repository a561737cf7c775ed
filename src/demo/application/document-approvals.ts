import { ApprovalHooks, InstancesService, type Caller, type HookContext } from '@nest-herald/approvals';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DemoRefusal } from '../documents/demo.errors.js';
import { type DocumentStatus, isSubmittable } from '../documents/document.js';
import type { ApprovedDocument, DocumentKind } from '../documents/document-kind.js';
import { LEAVE_REQUEST } from '../leave/leave-request.kind.js';
import { PURCHASE_ORDER } from '../orders/purchase-order.kind.js';

const KINDS: readonly DocumentKind[] = [PURCHASE_ORDER, LEAVE_REQUEST];

/**
 * Connects documents with their approvals, as the ERP of a host would. Submitting a document starts its approval, and each
 * outcome of the approval changes the status of the document, in the same transaction. Nothing else changes the status: an
 * approval that a user starts directly for a document is refused.
 */
@Injectable()
export class DocumentApprovals implements OnModuleInit {
  constructor(
    private readonly hooks: ApprovalHooks,
    private readonly approvals: InstancesService,
  ) {}

  onModuleInit(): void {
    for (const kind of KINDS) {
      const changeTo = (status: DocumentStatus) => (context: HookContext) => this.#applyOutcome(kind, context, status);
      // Hooks on every process: an approval with another process must not decide this kind of document.
      this.hooks.on('*', {
        onStarted: (context) => this.#started(kind, context),
        onReturned: changeTo('returned'),
        onApproved: changeTo('approved'),
        onRejected: changeTo('rejected'),
        onWithdrawn: changeTo('withdrawn'),
        onCancelled: changeTo('cancelled'),
      });
    }
  }

  /**
   * Starts the approval of a document, in the caller's transaction.
   * @throws DemoRefusal 403 `not_requester`, 409 `not_submittable`; and the refusals of `InstancesService.start`.
   */
  async submit<T extends ApprovedDocument>(
    manager: EntityManager,
    caller: Caller,
    kind: DocumentKind<T>,
    document: T,
  ): Promise<void> {
    if (document.requesterId !== caller.userId) {
      throw new DemoRefusal('not_requester', `Only its requester ${document.requesterId} may submit ${document.id}.`);
    }
    if (!isSubmittable(document.status)) {
      throw new DemoRefusal(
        'not_submittable',
        `${document.id} is ${document.status}. Submit only drafts and rejected, withdrawn or cancelled documents.`,
      );
    }
    // The hook recognises a submission by the status `pending` without an instance.
    const waiting = { status: 'pending', instanceId: null, form: null } as const;
    await kind.changeStatus(manager, caller.tenantId, document.id, waiting);
    await this.approvals.start(manager, caller, {
      code: kind.processCode,
      title: kind.titleOf(document),
      businessType: kind.businessType,
      businessId: document.id,
      formData: { ...kind.formOf(document) },
      draft: false,
    });
  }

  /** The document was submitted, for the first time or again after a return. */
  async #started(kind: DocumentKind, context: HookContext): Promise<void> {
    const { manager, tenantId, instance } = context;
    if (instance.businessType !== kind.businessType || instance.businessId === null) return;
    const document = await kind.lock(manager, tenantId, instance.businessId);
    const isExpected =
      document !== null &&
      instance.code === kind.processCode &&
      document.requesterId === instance.applicantId &&
      (document.instanceId === instance.id || (document.instanceId === null && document.status === 'pending'));
    if (!isExpected) {
      throw new DemoRefusal(
        'submit_the_document',
        `An approval of ${instance.businessId} cannot be started directly. Submit the document instead.`,
      );
    }
    await this.#change(kind, context, 'pending');
  }

  async #applyOutcome(kind: DocumentKind, context: HookContext, status: DocumentStatus): Promise<void> {
    const { manager, tenantId, instance } = context;
    if (instance.businessType !== kind.businessType || instance.businessId === null) return;
    const document = await kind.lock(manager, tenantId, instance.businessId);
    // An earlier approval of the same document does not change it any more.
    if (document?.instanceId === instance.id) await this.#change(kind, context, status);
  }

  async #change(
    kind: DocumentKind,
    { manager, tenantId, instance }: HookContext,
    status: DocumentStatus,
  ): Promise<void> {
    const change = { status, instanceId: instance.id, form: kind.checkedForm(instance.formData) };
    await kind.changeStatus(manager, tenantId, instance.businessId ?? '', change);
  }
}
