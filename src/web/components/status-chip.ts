import { html } from 'lit';
import type { InstanceStatus, NodeState, TaskStatus } from '../api/approval.js';
import { lookOf } from './status-style.js';
import { tValue } from '../i18n/language.js';
import './herald-icon.js';

/** A status as a chip with its sign and its word; styled by `controls`. */
export function statusChip(
  kind: 'instanceStatus' | 'taskStatus' | 'nodeState',
  status: InstanceStatus | TaskStatus | NodeState,
) {
  const { tone, icon } = lookOf(status);
  return html`<span class="chip status ${tone}" data-status=${status}
    ><herald-icon name=${icon}></herald-icon>${tValue(kind, status)}</span
  >`;
}
