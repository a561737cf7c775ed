import type { InstanceStatus, NodeState, TaskStatus } from '../api/approval.js';
import type { IconName } from './herald-icon.js';

/** Colour and icon of a status. The icon is for people who cannot distinguish the colours. */
export interface StatusStyle {
  readonly tone: '' | 'good' | 'high' | 'urgent' | 'info';
  readonly icon: IconName;
}

const WAITING: StatusStyle = { tone: 'info', icon: 'clock' };
const GOOD: StatusStyle = { tone: 'good', icon: 'check' };
const BAD: StatusStyle = { tone: 'urgent', icon: 'close' };
const BACK: StatusStyle = { tone: 'high', icon: 'undo' };
const OVER: StatusStyle = { tone: '', icon: 'close' };
const QUIET: StatusStyle = { tone: '', icon: 'more' };

const STYLES: Readonly<Record<InstanceStatus | TaskStatus | NodeState, StatusStyle>> = {
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

/** The style for a status of a request, a task or a step. */
export function statusStyle(status: InstanceStatus | TaskStatus | NodeState): StatusStyle {
  return STYLES[status] ?? QUIET;
}
