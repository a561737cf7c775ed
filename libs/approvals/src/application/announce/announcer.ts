import { Inject, Injectable } from '@nestjs/common';
import { NotificationService, type SendNotification } from '@nest-herald/notifications';
import { SseBroker } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';
import {
  INSTANCE_UPDATED,
  processTopic,
  STATUS_CHANGED,
  taskTopic,
  TASK_CLOSED,
  TASK_CREATED,
  TASK_UPDATED,
  type InstanceUpdated,
  type StatusChanged,
  type TaskEvent,
} from './approval-events.js';
import type { Caller } from '../caller.js';
import { type Graph, stepName } from '../../engine/graph/graph.js';
import type { InstanceEvent } from '../../engine/instance/instance-event.js';
import type { InstanceState, InstanceStatus, Task } from '../../engine/instance/instance-state.js';
import { instanceOf, type InstanceRow } from '../../store/instance-store.js';
import { idsOfTasks } from '../../store/task-store.js';
import type { TaskChange } from '../../store/project.js';

/** `relatedType` of the notification that asks somebody to act; its `relatedId` is the task. */
export const TASK_NOTICE = 'approval_task';
/** `relatedType` of what the applicant and those on copy are told; its `relatedId` is the instance. */
export const INSTANCE_NOTICE = 'approval_instance';

/** A command as far as others are told of it. */
export interface Told {
  readonly caller: Caller;
  readonly graph: Graph;
  readonly before: InstanceState;
  readonly row: InstanceRow;
  readonly events: readonly InstanceEvent[];
  readonly changes: readonly TaskChange[];
}

const CATEGORY = /^[a-z0-9][a-z0-9_.-]{0,49}$/;

const OUTCOME: Readonly<Partial<Record<InstanceStatus, string>>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  returned: 'Returned to you',
  cancelled: 'Cancelled',
  expired: 'Expired',
  suspended: 'Stopped: it needs an administrator',
};

/**
 * Tells whom a command concerns, in its own transaction: task events and notifications to assignees, the outcome to the
 * applicant, the new status to everybody involved. What was handled leaves the inboxes in the same commit.
 */
@Injectable()
export class Announcer {
  constructor(
    @Inject(SseBroker) private readonly broker: SseBroker,
    @Inject(NotificationService) private readonly notifications: NotificationService,
  ) {}

  async tell(manager: EntityManager, told: Told): Promise<void> {
    const opened = told.changes.filter(({ before, after }) => isTheirs(after) && !isTheirs(before));
    const closed = told.changes.filter(({ before, after }) => isTheirs(before) && !isTheirs(after));
    const handed = told.changes.filter(
      ({ before, after }) => isTheirs(before) && isTheirs(after) && before?.status !== after.status,
    );
    const toAct = [...opened, ...handed].filter(({ after }) => after.status === 'pending');
    const settled = [...closed, ...handed].filter(({ after }) => after.status !== 'pending');
    await this.notifications.closeRelated(manager, told.caller.tenantId, {
      relatedType: TASK_NOTICE,
      relatedIds: settled.map(({ id }) => id),
    });
    for (const change of closed) await this.#closed(manager, told, change);
    for (const change of opened) await this.#opened(manager, told, change);
    for (const { id, after } of handed) await this.#updated(manager, told, { id, after }, told.caller.userId);
    for (const change of toAct) await this.#ask(manager, told, change);
    await this.#formChanged(manager, told);
    await this.#copies(manager, told);
    await this.#outcome(manager, told);
    await this.#instance(manager, told);
  }

  async #opened(manager: EntityManager, told: Told, change: TaskChange): Promise<void> {
    await this.#toUser(manager, told, change.after.assigneeId, TASK_CREATED, taskEvent(told, change));
  }

  /** What is to be done, in the inbox of who has to do it. */
  async #ask(manager: EntityManager, told: Told, change: TaskChange): Promise<void> {
    const { assigneeId, onBehalfOf, origin } = change.after;
    const node = stepName(told.graph, change.after.nodeId);
    const asks =
      origin === 'delegate'
        ? `${node}: ${told.caller.userId} asks you to prepare a decision about ${told.row.applicant_name}.`
        : `${node}: ${told.row.applicant_name} asks for your decision.`;
    await this.#notify(manager, told, [assigneeId], {
      content: onBehalfOf === null ? asks : `${asks} On behalf of ${onBehalfOf}.`,
      link: `/approvals/tasks/${change.id}`,
      relatedType: TASK_NOTICE,
      relatedId: change.id,
      data: { taskId: change.id, instanceId: told.row.id, nodeId: change.after.nodeId, dueAt: change.after.dueAt },
    });
  }

  async #closed(manager: EntityManager, told: Told, change: TaskChange): Promise<void> {
    const { assigneeId, by, status, at } = change.after;
    const event = { ...taskEvent(told, change), by };
    await this.#toUser(manager, told, assigneeId, TASK_CLOSED, event);
    await this.#toTopic(manager, told, taskTopic(change.id), TASK_CLOSED, event);
    const legacy: StatusChanged = {
      task_id: change.id,
      status,
      updated_at: at ?? '',
    };
    await this.#toTopic(manager, told, processTopic(told.row.id), STATUS_CHANGED, legacy);
  }

  /** Whoever still has to decide sees the corrected form. */
  async #formChanged(manager: EntityManager, told: Told): Promise<void> {
    const change = told.events.find((event) => event.type === 'form_changed');
    if (change === undefined) return;
    const stillOpen = told.row.state.tasks.filter(
      (task) =>
        task.status === 'pending' &&
        told.before.tasks.some((other) => other.key === task.key && other.status === 'pending'),
    );
    if (stillOpen.length === 0) return;
    const ids = await idsOfTasks(manager, told.caller.tenantId, told.row.id);
    for (const task of stillOpen) {
      await this.#updated(manager, told, { id: ids.get(task.key) ?? '', after: task }, change.by);
    }
  }

  async #updated(
    manager: EntityManager,
    told: Told,
    task: Pick<TaskChange, 'id' | 'after'>,
    by: string,
  ): Promise<void> {
    const event = { ...taskEvent(told, task), by };
    await this.#toUser(manager, told, task.after.assigneeId, TASK_UPDATED, event);
    await this.#toTopic(manager, told, taskTopic(task.id), TASK_UPDATED, event);
  }

  async #copies(manager: EntityManager, told: Told): Promise<void> {
    const added = told.row.state.cc.filter((userId) => !told.before.cc.includes(userId));
    if (added.length === 0) return;
    await this.#notify(manager, told, added, {
      content: `A copy for you: ${told.row.name} of ${told.row.applicant_name}.`,
      link: `/approvals/instances/${told.row.id}`,
      relatedType: INSTANCE_NOTICE,
      relatedId: told.row.id,
      data: { instanceId: told.row.id, status: told.row.status },
    });
  }

  /** The applicant hears of what others did; not of what they did themselves. */
  async #outcome(manager: EntityManager, told: Told): Promise<void> {
    const { row, before, caller } = told;
    const outcome = OUTCOME[row.status];
    if (outcome === undefined || row.status === before.status) return;
    if (caller.userId === row.applicant_id && row.status !== 'approved' && row.status !== 'rejected') return;
    const said = told.events.findLast((event) => event.type === 'status_changed')?.reason ?? lastComment(told);
    await this.#notify(manager, told, [row.applicant_id], {
      content: said === null ? `${outcome}.` : `${outcome}: ${said}`,
      link: `/approvals/instances/${row.id}`,
      relatedType: INSTANCE_NOTICE,
      relatedId: row.id,
      data: { instanceId: row.id, status: row.status },
    });
  }

  async #instance(manager: EntityManager, told: Told): Promise<void> {
    const { id, status, currentNodes, revision } = instanceOf(told.row);
    const data: InstanceUpdated = { instanceId: id, status, currentNodes, revision };
    const { tenantId } = told.caller;
    const users = [...new Set([told.row.applicant_id, ...told.row.state.cc])];
    await this.broker.publish(manager, { tenantId, audience: { users } }, { event: INSTANCE_UPDATED, data });
    await this.#toTopic(manager, told, processTopic(id), INSTANCE_UPDATED, data);
  }

  async #notify(
    manager: EntityManager,
    told: Told,
    users: readonly string[],
    notice: Pick<SendNotification, 'content' | 'link' | 'relatedType' | 'relatedId' | 'data'>,
  ): Promise<void> {
    const category = told.graph.definition.category;
    await this.notifications.send(
      manager,
      { tenantId: told.caller.tenantId, system: true },
      {
        ...notice,
        to: { users: [...users] },
        title: told.row.title,
        type: 'approval',
        category: category !== undefined && CATEGORY.test(category) ? category : 'approval',
      },
    );
  }

  async #toUser(manager: EntityManager, told: Told, userId: string, event: string, data: TaskEvent): Promise<void> {
    const { tenantId } = told.caller;
    await this.broker.publish(manager, { tenantId, audience: `user:${userId}` }, { event, data });
  }

  async #toTopic(manager: EntityManager, told: Told, topic: string, event: string, data: object): Promise<void> {
    const to = { tenantId: told.caller.tenantId, audience: `topic:${topic}` };
    await this.broker.publish(manager, to, { event, data });
  }
}

/** On somebody's list: theirs to decide, also while somebody else prepares it. */
function isTheirs(task: Task | undefined): boolean {
  return task?.status === 'pending' || task?.status === 'delegated';
}

function taskEvent(told: Told, { id, after }: Pick<TaskChange, 'id' | 'after'>): TaskEvent {
  return {
    taskId: id,
    instanceId: told.row.id,
    title: told.row.title,
    node: { id: after.nodeId, name: stepName(told.graph, after.nodeId) },
    dueAt: after.dueAt,
    status: after.status,
  };
}

/** What the approver said whose decision ended it. */
function lastComment(told: Told): string | null {
  const said = told.events.flatMap((event) => (event.type === 'task_closed' ? [event.comment] : []));
  return said.find((comment) => comment !== null) ?? null;
}
