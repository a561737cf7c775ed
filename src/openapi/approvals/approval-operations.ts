import type { OperationGroup } from '../operation.js';
import { definitionOperations } from './definition-operations.js';
import { instanceOperations } from './instance-operations.js';
import { taskOperations } from './task-operations.js';

/** Approvals (api.md §6). */
export const approvalOperations: OperationGroup = {
  tag: 'Approvals',
  description:
    'Processes as versioned drawings, requests that go through them, and the tasks of those who decide. Every step is one transaction with its history, notifications and events.',
  operations: [...definitionOperations, ...instanceOperations, ...taskOperations],
};
