import type { OperationGroup } from '../description/operation.js';
import { definitionOperations } from './definition-operations.js';
import { instanceOperations } from './instance-operations.js';
import { taskOperations } from './task-operations.js';

/** All operations of approvals. */
export const approvalOperations: OperationGroup = {
  tag: 'Approvals',
  description:
    'Versioned processes, their instances, and the tasks of the assignees. A command and everything that follows from it (history, notifications, events) are one transaction.',
  operations: [...definitionOperations, ...instanceOperations, ...taskOperations],
};
