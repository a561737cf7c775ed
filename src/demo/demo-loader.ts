import { type Caller, DefinitionsService, TasksService } from '@nest-herald/approvals';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DirectoryWriter } from '@nest-herald/directory';
import { NotificationService } from '@nest-herald/notifications';
import { asTenantId, asUserId, type Clock, CLOCK } from '@nest-herald/platform';
import { TenantTransaction } from '../database/tenant-transaction.js';
import type { EntityManager } from 'typeorm';
import { DEMO_COMPANIES, type DemoCompany, personOf } from './company/demo-company.js';
import { APPROVED_BY_HEAD, openLeave, openOrders } from './company/open-documents.js';
import { pastLeave, pastOrders } from './company/past-documents.js';
import { insertLeave } from './leave/leave-request.store.js';
import { DEMO_PROCESSES } from './documents/demo-processes.js';
import { DocumentApprovals } from './application/document-approvals.js';
import { LEAVE_REQUEST } from './leave/leave-request.kind.js';
import { noticesOf } from './notices/notices.js';
import { PURCHASE_ORDER } from './orders/purchase-order.kind.js';
import { insertOrders } from './orders/purchase-order.store.js';

/**
 * Loads the demo companies at the first start: people, documents, notices, processes and some running requests. Each
 * company is loaded in one transaction that first inserts its row of `demo_load`, so it is loaded once and completely, even
 * when several servers start at the same time.
 */
@Injectable()
export class DemoLoader implements OnApplicationBootstrap {
  readonly #logger = new Logger('Demo');

  constructor(
    private readonly transactions: TenantTransaction,
    private readonly directory: DirectoryWriter,
    private readonly notifications: NotificationService,
    private readonly definitions: DefinitionsService,
    private readonly tasks: TasksService,
    private readonly approvals: DocumentApprovals,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const company of DEMO_COMPANIES) {
      const startedMs = this.clock.monotonicMs();
      const isNew = await this.transactions.run(asTenantId(company.tenantId), (manager) =>
        this.#load(manager, company),
      );
      if (!isNew) continue;
      const tookMs = Math.round(this.clock.monotonicMs() - startedMs);
      this.#logger.log(`${company.name}: ${company.employees.length} people and their documents, in ${tookMs} ms.`);
    }
  }

  /** @returns false when the company is already loaded. */
  async #load(manager: EntityManager, company: DemoCompany): Promise<boolean> {
    const { tenantId } = company;
    // While another server loads the same company, the insert waits for it and then finds its row.
    await manager.query(`set local lock_timeout = '30s'`);
    const inserted: unknown[] = await manager.query(
      `insert into herald.demo_load (tenant_id) values ($1) on conflict do nothing returning tenant_id`,
      [tenantId],
    );
    if (inserted.length === 0) return false;
    for (const department of company.departments) await this.directory.putDepartment(manager, tenantId, department);
    await this.directory.putPeople(manager, tenantId, company.employees.map(personOf));
    const now = this.clock.now();
    await insertOrders(manager, tenantId, pastOrders(company, now));
    await insertLeave(manager, tenantId, pastLeave(company, now));
    for (const { from, ...notice } of noticesOf(company)) {
      await this.notifications.send(manager, senderOf(tenantId, from), notice);
    }
    const admin = callerIn(tenantId, 'admin');
    for (const process of DEMO_PROCESSES) await this.definitions.create(manager, admin, { ...process });
    await this.#submitSome(manager, company, now);
    return true;
  }

  /** Submits some requests that wait for the fixed people at different steps, so that each of them has tasks. */
  async #submitSome(manager: EntityManager, company: DemoCompany, now: Date): Promise<void> {
    const { tenantId } = company;
    for (const { post, ...order } of openOrders(company)) {
      const requester = callerIn(tenantId, post);
      const [draft] = await insertOrders(manager, tenantId, [
        { ...order, requesterId: requester.userId, status: 'draft', createdAt: null, decidedAt: null },
      ]);
      if (draft) await this.approvals.submit(manager, requester, PURCHASE_ORDER, draft);
    }
    for (const { post, ...leave } of openLeave(company, now)) {
      const requester = callerIn(tenantId, post);
      const [draft] = await insertLeave(manager, tenantId, [
        { ...leave, requesterId: requester.userId, status: 'draft', createdAt: null, decidedAt: null },
      ]);
      if (draft) await this.approvals.submit(manager, requester, LEAVE_REQUEST, draft);
    }
    const head = callerIn(tenantId, 'manager');
    const mine = { assigneeId: head.userId, status: 'pending' } as const;
    const waiting = await this.tasks.list(manager, head, mine, { limit: APPROVED_BY_HEAD });
    for (const task of waiting.items) {
      await this.tasks.execute(manager, head, task.id, { type: 'approve' });
    }
  }
}

function senderOf(tenantId: string, post: string | undefined) {
  if (post === undefined) return { tenantId, system: true } as const;
  return { tenantId: asTenantId(tenantId), userId: asUserId(`${tenantId}.${post}`) };
}

/** A fixed person as the caller of a command. */
function callerIn(tenantId: string, post: string): Caller {
  return { tenantId, userId: `${tenantId}.${post}`, manages: post === 'admin' };
}
