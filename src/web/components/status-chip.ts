import { html } from 'lit';
import type { InstanceStatus, NodeState, TaskStatus } from '../api/approval.js';
import { statusStyle } from './status-style.js';
import { tValue } from '../i18n/language.js';
import './herald-icon.js';

/** A status as a chip with icon and text. `controls` has its styles. */
export function statusChip(
  kind: 'instanceStatus' | 'taskStatus' | 'nodeState',
  status: InstanceStatus | TaskStatus | NodeState,
) {
  const { tone, icon } = statusStyle(status);
  return html`<span class="chip status ${tone}" data-status=${status}
    ><herald-icon name=${icon}></herald-icon>${tValue(kind, status)}</span
  >`;
}
