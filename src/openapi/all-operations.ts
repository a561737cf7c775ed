import { documentationOperations } from './documentation-operations.js';
import type { OperationGroup } from './operation.js';
import { demoOperations, healthOperations } from './service-operations.js';

/** Every operation that this service serves with these settings, in the order of the document. */
export function serviceOperations(settings: { readonly demo: boolean }): readonly OperationGroup[] {
  return [...(settings.demo ? [demoOperations] : []), healthOperations, documentationOperations];
}
