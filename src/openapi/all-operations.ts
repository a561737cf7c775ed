import { demoErpOperations } from './demo-erp-operations.js';
import { approvalOperations } from './approvals/approval-operations.js';
import { directoryOperations } from './directory-operations.js';
import { documentationOperations } from './documentation-operations.js';
import { notificationOperations } from './notification-operations.js';
import type { OperationGroup } from './description/operation.js';
import { demoOperations, healthOperations } from './service-operations.js';
import { aliasOperations, sseOperations } from './sse-operations.js';

/** All operations that the service has with these settings, in the order of the document. */
export function serviceOperations(settings: { readonly demo: boolean }): readonly OperationGroup[] {
  return [
    notificationOperations,
    approvalOperations,
    sseOperations,
    directoryOperations,
    ...(settings.demo ? [demoOperations, demoErpOperations] : []),
    healthOperations,
    documentationOperations,
    aliasOperations,
  ];
}
