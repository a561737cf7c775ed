import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Task } from '../../engine/instance/instance-state.js';
import { idsOfTasks } from '../../store/task-store.js';
import type { CommandOutcome } from './command-outcome.js';
import { EventPublisher } from './event-publisher.js';
import { Notifier } from './notifier.js';

/**
 * Announces the outcome of a command in its transaction: task events and notifications to assignees, the new status to the
 * applicant, the people on copy and the topic of the instance. The notifications of closed tasks leave the inboxes in the same
 * commit.
 */
@Injectable()
export class Announcer {
  constructor(
    private readonly events: EventPublisher,
    private readonly notifier: Notifier,
  ) {}

  /** Announces an outcome. */
  async announce(manager: EntityManager, outcome: CommandOutcome): Promise<void> {
    const { changes } = outcome;
    const opened = changes.filter(({ before, after }) => isActive(after) && !isActive(before));
    const closed = changes.filter(({ before, after }) => isActive(before) && !isActive(after));
    const delegated = changes.filter(
      ({ before, after }) => isActive(before) && isActive(after) && before?.status !== after.status,
    );
    const toDecide = [...opened, ...delegated].filter(({ after }) => after.status === 'pending');
    const handled = [...closed, ...delegated].filter(({ after }) => after.status !== 'pending');
    await this.notifier.closeTasks(
      manager,
      outcome,
      handled.map(({ id }) => id),
    );
    for (const change of closed) await this.events.taskClosed(manager, outcome, change);
    for (const change of opened) await this.events.taskCreated(manager, outcome, change);
    for (const change of delegated) await this.events.taskUpdated(manager, outcome, change, outcome.actorId);
    for (const change of toDecide) await this.notifier.askAssignee(manager, outcome, change);
    await this.#announceFormChange(manager, outcome);
    await this.notifier.notifyCopies(manager, outcome);
    await this.notifier.notifyApplicant(manager, outcome);
    await this.events.instanceUpdated(manager, outcome);
  }

  /** Sends the tasks that stay open an update when the form changed. */
  async #announceFormChange(manager: EntityManager, outcome: CommandOutcome): Promise<void> {
    const { row, before } = outcome;
    const change = outcome.events.find((event) => event.type === 'form_changed');
    if (change === undefined) return;
    const stillOpen = row.state.tasks.filter(
      (task) =>
        task.status === 'pending' && before.tasks.some((other) => other.key === task.key && other.status === 'pending'),
    );
    if (stillOpen.length === 0) return;
    const ids = await idsOfTasks(manager, outcome.tenantId, row.id);
    for (const task of stillOpen) {
      await this.events.taskUpdated(manager, outcome, { id: ids.get(task.key) ?? '', after: task }, change.by);
    }
  }
}

/** Whether a task is in the work list of its assignee: to decide, or delegated. */
function isActive(task: Task | undefined): boolean {
  return task?.status === 'pending' || task?.status === 'delegated';
}
