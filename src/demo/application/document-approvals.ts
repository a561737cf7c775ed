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
 * Joins documents to their approvals, the way a host's own ERP would: submitting starts the approval, and what the approval
 * comes to moves the document, each time in one transaction. There is no other way to a status: an approval that somebody
 * started by themselves in the name of a document is refused.
 */
@Injectable()
export class DocumentApprovals implements OnModuleInit {
  constructor(
    private readonly hooks: ApprovalHooks,
    private readonly approvals: InstancesService,
  ) {}

  onModuleInit(): void {
    for (const kind of KINDS) {
      const moveTo = (status: DocumentStatus) => (context: HookContext) => this.#follow(kind, context, status);
      // Of every process, so that none but the own one can stand in for it.
      this.hooks.on('*', {
        onStarted: (context) => this.#started(kind, context),
        onReturned: moveTo('returned'),
        onApproved: moveTo('approved'),
        onRejected: moveTo('rejected'),
        onWithdrawn: moveTo('withdrawn'),
        onCancelled: moveTo('cancelled'),
      });
    }
  }

  /**
   * Starts the approval of a document, in the caller's transaction.
   * @throws DemoRefusal 404, 403 `not_requester`, 409 `not_submittable`; what the approval refuses.
   */
  async submit<T extends ApprovedDocument>(
    manager: EntityManager,
    caller: Caller,
    kind: DocumentKind<T>,
    document: T,
  ): Promise<void> {
    if (document.requesterId !== caller.userId) {
      throw new DemoRefusal('not_requester', `Only ${document.requesterId}, who made it, may submit ${document.id}.`);
    }
    if (!isSubmittable(document.status)) {
      throw new DemoRefusal('not_submittable', `${document.id} is ${document.status} and cannot be submitted.`);
    }
    // Waiting without an approval is what the hook knows a submission by.
    const waiting = { status: 'pending', instanceId: null, form: null } as const;
    await kind.move(manager, caller.tenantId, document.id, waiting);
    await this.approvals.start(manager, caller, {
      code: kind.processCode,
      title: kind.titleOf(document),
      businessType: kind.businessType,
      businessId: document.id,
      formData: { ...kind.formOf(document) },
      draft: false,
    });
  }

  /** Submitted for the first time, or again after it was returned. */
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
        `Submit ${instance.businessId} itself; its approval starts with it.`,
      );
    }
    await this.#move(kind, context, 'pending');
  }

  async #follow(kind: DocumentKind, context: HookContext, status: DocumentStatus): Promise<void> {
    const { manager, tenantId, instance } = context;
    if (instance.businessType !== kind.businessType || instance.businessId === null) return;
    const document = await kind.lock(manager, tenantId, instance.businessId);
    // An earlier approval of the same document says nothing about it any more.
    if (document?.instanceId === instance.id) await this.#move(kind, context, status);
  }

  async #move(kind: DocumentKind, { manager, tenantId, instance }: HookContext, status: DocumentStatus): Promise<void> {
    const move = { status, instanceId: instance.id, form: kind.keptForm(instance.formData) };
    await kind.move(manager, tenantId, instance.businessId ?? '', move);
  }
}
