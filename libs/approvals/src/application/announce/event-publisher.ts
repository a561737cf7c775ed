import { Injectable } from '@nestjs/common';
import { SseBroker } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';
import { stepName } from '../../engine/graph/graph.js';
import type { Task } from '../../engine/instance/instance-state.js';
import { instanceOf } from '../../store/instance-store.js';
import type { TaskChange } from '../../store/project.js';
import {
  APPROVAL_EVENTS,
  processTopic,
  taskTopic,
  type InstanceUpdated,
  type StatusChanged,
  type TaskEvent,
} from './approval-events.js';
import type { CommandOutcome } from './command-outcome.js';

/** Publishes the events of approvals in the transaction of the command. */
@Injectable()
export class EventPublisher {
  constructor(private readonly broker: SseBroker) {}

  /** To the assignee. */
  async taskCreated(manager: EntityManager, outcome: CommandOutcome, change: TaskChange): Promise<void> {
    await this.#toUser(
      manager,
      outcome,
      change.after.assigneeId,
      APPROVAL_EVENTS.taskCreated,
      taskEvent(outcome, change),
    );
  }

  /** To the assignee and the topic of the task. */
  async taskUpdated(
    manager: EntityManager,
    outcome: CommandOutcome,
    task: { readonly id: string; readonly after: Task },
    by: string,
  ): Promise<void> {
    const event = { ...taskEvent(outcome, task), by };
    await this.#toUser(manager, outcome, task.after.assigneeId, APPROVAL_EVENTS.taskUpdated, event);
    await this.#toTopic(manager, outcome, taskTopic(task.id), APPROVAL_EVENTS.taskUpdated, event);
  }

  /** To the assignee and the topic of the task; the legacy event to the topic of the instance. */
  async taskClosed(manager: EntityManager, outcome: CommandOutcome, change: TaskChange): Promise<void> {
    const { assigneeId, by, status, at } = change.after;
    const event = { ...taskEvent(outcome, change), by };
    await this.#toUser(manager, outcome, assigneeId, APPROVAL_EVENTS.taskClosed, event);
    await this.#toTopic(manager, outcome, taskTopic(change.id), APPROVAL_EVENTS.taskClosed, event);
    const legacy: StatusChanged = { task_id: change.id, status, updated_at: at ?? '' };
    await this.#toTopic(manager, outcome, processTopic(outcome.row.id), APPROVAL_EVENTS.statusChanged, legacy);
  }

  /** To the applicant, the people on copy and the topic of the instance. */
  async instanceUpdated(manager: EntityManager, outcome: CommandOutcome): Promise<void> {
    const { tenantId, row } = outcome;
    const { id, status, currentNodes, revision } = instanceOf(row);
    const data: InstanceUpdated = { instanceId: id, status, currentNodes, revision };
    const users = [...new Set([row.applicant_id, ...row.state.cc])];
    await this.broker.publish(
      manager,
      { tenantId, audience: { users } },
      { event: APPROVAL_EVENTS.instanceUpdated, data },
    );
    await this.#toTopic(manager, outcome, processTopic(id), APPROVAL_EVENTS.instanceUpdated, data);
  }

  async #toUser(
    manager: EntityManager,
    { tenantId }: CommandOutcome,
    userId: string,
    event: string,
    data: TaskEvent,
  ): Promise<void> {
    await this.broker.publish(manager, { tenantId, audience: `user:${userId}` }, { event, data });
  }

  async #toTopic(
    manager: EntityManager,
    { tenantId }: CommandOutcome,
    topic: string,
    event: string,
    data: object,
  ): Promise<void> {
    await this.broker.publish(manager, { tenantId, audience: `topic:${topic}` }, { event, data });
  }
}

function taskEvent({ graph, row }: CommandOutcome, { id, after }: Pick<TaskChange, 'id' | 'after'>): TaskEvent {
  return {
    taskId: id,
    instanceId: row.id,
    title: row.title,
    node: { id: after.nodeId, name: stepName(graph, after.nodeId) },
    dueAt: after.dueAt,
    status: after.status,
  };
}
