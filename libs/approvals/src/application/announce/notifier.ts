import { Injectable } from '@nestjs/common';
import { NotificationService, type SendNotification } from '@nest-herald/notifications';
import type { EntityManager } from 'typeorm';
import { stepName } from '../../engine/graph/graph.js';
import type { InstanceStatus } from '../../engine/instance/instance-state.js';
import type { TaskChange } from '../../store/project.js';
import type { CommandOutcome } from './command-outcome.js';

/** `relatedType` of a notification that asks for a decision; its `relatedId` is the task. */
const TASK = 'approval_task';
/** `relatedType` of a notification to the applicant and the people on copy; its `relatedId` is the instance. */
const INSTANCE = 'approval_instance';

/** A category that notifications accept; the category of a process can be any text. */
const CATEGORY = /^[a-z0-9][a-z0-9_.-]{0,49}$/;

const TEXT_OF_STATUS: Readonly<Partial<Record<InstanceStatus, string>>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  returned: 'Returned to you',
  cancelled: 'Cancelled',
  expired: 'Expired',
  suspended: 'Stopped: it needs an administrator',
};

/** Sends and closes the notifications of approvals in the transaction of the command. */
@Injectable()
export class Notifier {
  constructor(private readonly notifications: NotificationService) {}

  /** Removes the notifications of tasks from the inboxes. */
  async closeTasks(manager: EntityManager, { tenantId }: CommandOutcome, taskIds: readonly string[]): Promise<void> {
    await this.notifications.closeRelated(manager, tenantId, { relatedType: TASK, relatedIds: taskIds });
  }

  /** Asks the assignee for a decision, or for its preparation. */
  async askAssignee(manager: EntityManager, outcome: CommandOutcome, { id, after }: TaskChange): Promise<void> {
    const { row, actorId } = outcome;
    const { assigneeId, onBehalfOf, origin, nodeId, dueAt } = after;
    const step = stepName(outcome.graph, nodeId);
    const request =
      origin === 'delegate'
        ? `${step}: ${actorId} asks you to prepare a decision about ${row.applicant_name}.`
        : `${step}: ${row.applicant_name} asks for your decision.`;
    await this.#send(manager, outcome, [assigneeId], {
      content: onBehalfOf === null ? request : `${request} On behalf of ${onBehalfOf}.`,
      link: `/approvals/tasks/${id}`,
      relatedType: TASK,
      relatedId: id,
      data: { taskId: id, instanceId: row.id, nodeId, dueAt },
    });
  }

  /** Notifies the people who were put on copy. */
  async notifyCopies(manager: EntityManager, outcome: CommandOutcome): Promise<void> {
    const { row, before } = outcome;
    const added = row.state.cc.filter((userId) => !before.cc.includes(userId));
    if (added.length === 0) return;
    const content = `A copy for you: ${row.name} of ${row.applicant_name}.`;
    await this.#send(manager, outcome, added, { content, ...aboutInstance(outcome) });
  }

  /** Notifies the applicant of a new status, unless the applicant caused it (an approval or rejection is always sent). */
  async notifyApplicant(manager: EntityManager, outcome: CommandOutcome): Promise<void> {
    const { row, before, actorId } = outcome;
    const text = TEXT_OF_STATUS[row.status];
    if (text === undefined || row.status === before.status) return;
    if (actorId === row.applicant_id && row.status !== 'approved' && row.status !== 'rejected') return;
    const reason = outcome.events.findLast((event) => event.type === 'status_changed')?.reason ?? firstComment(outcome);
    const content = reason === null ? `${text}.` : `${text}: ${reason}`;
    await this.#send(manager, outcome, [row.applicant_id], { content, ...aboutInstance(outcome) });
  }

  async #send(
    manager: EntityManager,
    { tenantId, graph, row }: CommandOutcome,
    users: readonly string[],
    notification: Pick<SendNotification, 'content' | 'link' | 'relatedType' | 'relatedId' | 'data'>,
  ): Promise<void> {
    const { category } = graph.definition;
    await this.notifications.send(
      manager,
      { tenantId, system: true },
      {
        ...notification,
        to: { users: [...users] },
        title: row.title,
        type: 'approval',
        category: category !== undefined && CATEGORY.test(category) ? category : 'approval',
      },
    );
  }
}

function aboutInstance({ row }: CommandOutcome) {
  return {
    link: `/approvals/instances/${row.id}`,
    relatedType: INSTANCE,
    relatedId: row.id,
    data: { instanceId: row.id, status: row.status },
  };
}

/** The comment of the decision that ended the instance. */
function firstComment({ events }: CommandOutcome): string | null {
  const comments = events.flatMap((event) => (event.type === 'task_closed' ? [event.comment] : []));
  return comments.find((comment) => comment !== null) ?? null;
}
