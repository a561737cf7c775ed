import { isPermitted, type Principal } from '@nest-herald/platform';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import type { TopicAuthorizer } from '@nest-herald/sse';
import type { DataSource } from 'typeorm';
import { hasTask, participatesIn } from '../../store/participation.js';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PROCESS = new RegExp(`^approval:process:(${UUID})$`);
const TASK = new RegExp(`^approval:task:(${UUID})$`);

/**
 * Authorises the topics of approvals. Holders of `approval:manage` may follow all of them.
 *
 * - `approval:process:<id>`: the participants of the instance.
 * - `approval:task:<id>`: the assignee, and the person that the assignee substitutes.
 * - `approval:pending`: everybody. Nothing is published to this topic, because its followers would receive the tasks of others;
 *   each person gets their own task events by `user:<id>`.
 *
 * An id of another tenant is refused as an unknown one.
 */
export class ApprovalTopics implements TopicAuthorizer {
  readonly #transactions: TenantTransaction;

  constructor(dataSource: DataSource) {
    this.#transactions = new TenantTransaction(dataSource);
  }

  async mayFollow(principal: Principal, topic: string): Promise<boolean> {
    if (topic === 'approval:pending') return true;
    const instanceId = PROCESS.exec(topic)?.[1];
    if (instanceId !== undefined) return this.#check(principal, participatesIn, instanceId);
    const taskId = TASK.exec(topic)?.[1];
    if (taskId !== undefined) return this.#check(principal, hasTask, taskId);
    return false;
  }

  #check(principal: Principal, isAllowed: typeof participatesIn, id: string): Promise<boolean> {
    const { tenantId, userId } = principal;
    const person = { tenantId, userId, manages: isPermitted(principal, 'approval:manage') };
    return this.#transactions.run(tenantId, (manager) => isAllowed(manager, person, id));
  }
}
