import type { InstanceStatus, NodeState, TaskStatus } from '../api/approval.js';
import type { IconName } from './herald-icon.js';

/** How a status looks: the chip's colour and its sign, so that nobody has to tell colours apart. */
export interface StatusLook {
  readonly tone: '' | 'good' | 'high' | 'urgent' | 'info';
  readonly icon: IconName;
}

const WAITING: StatusLook = { tone: 'info', icon: 'clock' };
const GOOD: StatusLook = { tone: 'good', icon: 'check' };
const BAD: StatusLook = { tone: 'urgent', icon: 'close' };
const BACK: StatusLook = { tone: 'high', icon: 'undo' };
const OVER: StatusLook = { tone: '', icon: 'close' };
const QUIET: StatusLook = { tone: '', icon: 'more' };

const LOOKS: Readonly<Record<InstanceStatus | TaskStatus | NodeState, StatusLook>> = {
  draft: QUIET,
  running: WAITING,
  pending: WAITING,
  active: WAITING,
  waiting: QUIET,
  idle: QUIET,
  approved: GOOD,
  done: GOOD,
  rejected: BAD,
  returned: BACK,
  suspended: { tone: 'high', icon: 'alert' },
  blocked: { tone: 'high', icon: 'alert' },
  transferred: { tone: '', icon: 'forward' },
  delegated: { tone: '', icon: 'people' },
  resolved: { tone: '', icon: 'undo' },
  skipped: OVER,
  withdrawn: { tone: '', icon: 'undo' },
  cancelled: OVER,
  expired: { tone: 'high', icon: 'clock' },
};

/** The look of a status of a request, a task, or a node. */
export function lookOf(status: InstanceStatus | TaskStatus | NodeState): StatusLook {
  return LOOKS[status] ?? QUIET;
}
