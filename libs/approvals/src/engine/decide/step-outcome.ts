import type { NodeRun, Task } from '../instance/instance-state.js';

/** How far a node has come. */
export interface Outcome {
  readonly result: 'open' | 'approved' | 'rejected';
  /** Groups of a `per_group` node that need nothing more; their open tasks are skipped. */
  readonly settledGroups: readonly string[];
}

/**
 * The result of a node from its tasks: pure counting, so every decision is judged by the same rule.
 *
 * | mode | approved when | rejected when |
 * |---|---|---|
 * | any | one approves | one rejects |
 * | all, sequential | all approve | one rejects |
 * | quorum | `required` approve | `required` can no longer be reached |
 * | per_group | one of each group approves | one rejects |
 *
 * With `collect` a rejection closes nothing early: a node (or group) is rejected only when everybody has been heard and it
 * is not approved. Transferred, returned and skipped tasks count for nothing, nor does what somebody prepares for its owner.
 */
export function outcomeOf(
  run: Pick<NodeRun, 'mode' | 'groups' | 'required'>,
  tasks: readonly Task[],
  collect: boolean,
): Outcome {
  const own = tasks.filter((task) => task.origin !== 'delegate');
  const all = count(own);
  switch (run.mode) {
    case 'any':
      return { result: one(all, collect), settledGroups: [] };
    case 'all':
    case 'sequential':
      if (all.rejected > 0 && (!collect || all.open === 0)) return { result: 'rejected', settledGroups: [] };
      return { result: all.open === 0 ? 'approved' : 'open', settledGroups: [] };
    case 'quorum': {
      const required = run.required ?? 1;
      if (all.approved >= required) return { result: 'approved', settledGroups: [] };
      const lost = all.approved + all.open < required;
      return { result: lost && (!collect || all.open === 0) ? 'rejected' : 'open', settledGroups: [] };
    }
    case 'per_group': {
      const results = run.groups.map((group) => one(count(own.filter((task) => task.group === group)), collect));
      const settledGroups = run.groups.filter((_, i) => results[i] !== 'open');
      const rejected = results.includes('rejected') && (!collect || !results.includes('open'));
      if (rejected) return { result: 'rejected', settledGroups };
      return { result: results.every((result) => result === 'approved') ? 'approved' : 'open', settledGroups };
    }
  }
}

interface Count {
  readonly approved: number;
  readonly rejected: number;
  readonly open: number;
}

function one(tasks: Count, collect: boolean): Outcome['result'] {
  if (tasks.approved > 0) return 'approved';
  if (tasks.rejected > 0 && (!collect || tasks.open === 0)) return 'rejected';
  return tasks.open === 0 ? 'rejected' : 'open';
}

function count(tasks: readonly Task[]): Count {
  const of = (...statuses: readonly Task['status'][]): number =>
    tasks.filter((task) => statuses.includes(task.status)).length;
  return { approved: of('approved'), rejected: of('rejected'), open: of('waiting', 'pending', 'delegated') };
}
