import type { StepRun, Task } from '../instance/instance-state.js';

/** The result of a step so far. */
export interface StepOutcome {
  readonly result: 'open' | 'approved' | 'rejected';
  /** Groups of a `per_group` step that have a result; their open tasks are skipped. */
  readonly settledGroups: readonly string[];
}

/**
 * Counts the tasks of a step.
 *
 * | mode | approved when | rejected when |
 * |---|---|---|
 * | any | one approves | one rejects |
 * | all, sequential | all approve | one rejects |
 * | quorum | `required` approve | `required` can no longer be reached |
 * | per_group | one of each group approves | one rejects |
 *
 * With `collect` a rejection closes nothing early: a step (or group) is rejected only when all have decided and it is not
 * approved. Transferred, returned and skipped tasks do not count, nor do the tasks of delegates.
 */
export function outcomeOf(
  run: Pick<StepRun, 'mode' | 'groups' | 'required'>,
  tasks: readonly Task[],
  collect: boolean,
): StepOutcome {
  const own = tasks.filter((task) => task.origin !== 'delegate');
  const all = count(own);
  switch (run.mode) {
    case 'any':
      return { result: anyOf(all, collect), settledGroups: [] };
    case 'all':
    case 'sequential':
      if (all.rejected > 0 && (!collect || all.open === 0)) return { result: 'rejected', settledGroups: [] };
      return { result: all.open === 0 ? 'approved' : 'open', settledGroups: [] };
    case 'quorum': {
      const required = run.required ?? 1;
      if (all.approved >= required) return { result: 'approved', settledGroups: [] };
      const isOutOfReach = all.approved + all.open < required;
      return { result: isOutOfReach && (!collect || all.open === 0) ? 'rejected' : 'open', settledGroups: [] };
    }
    case 'per_group': {
      const results = run.groups.map((group) => anyOf(count(own.filter((task) => task.group === group)), collect));
      const settledGroups = run.groups.filter((_, i) => results[i] !== 'open');
      const isRejected = results.includes('rejected') && (!collect || !results.includes('open'));
      if (isRejected) return { result: 'rejected', settledGroups };
      return { result: results.every((result) => result === 'approved') ? 'approved' : 'open', settledGroups };
    }
  }
}

interface TaskCount {
  readonly approved: number;
  readonly rejected: number;
  readonly open: number;
}

function anyOf(tasks: TaskCount, collect: boolean): StepOutcome['result'] {
  if (tasks.approved > 0) return 'approved';
  if (tasks.rejected > 0 && (!collect || tasks.open === 0)) return 'rejected';
  return tasks.open === 0 ? 'rejected' : 'open';
}

function count(tasks: readonly Task[]): TaskCount {
  const of = (...statuses: readonly Task['status'][]): number =>
    tasks.filter((task) => statuses.includes(task.status)).length;
  return { approved: of('approved'), rejected: of('rejected'), open: of('waiting', 'pending', 'delegated') };
}
