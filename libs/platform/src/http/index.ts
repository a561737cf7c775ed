export { expectedRevision } from './expected-revision.js';
export {
  headerOf,
  type PlatformRequest,
  type PlatformResponse,
  rawRequest,
  rawResponse,
} from '../node-http/http-message.js';
export { idField } from './id-field.js';
export type { Idempotency, KeyedWrite, KeyedWriteResponse } from './idempotency.js';
export { LegacyApi } from './legacy/legacy-api.interceptor.js';
export type { LegacyRequest, LegacyRoutes } from './legacy/legacy-route.js';
export { keyAt, type Page, pageFrom, pageOf, pagingFields, withTotal } from './paging.js';
export {
  CurrentPrincipal,
  principalOfRequest,
  REQUIRED_PERMISSION,
  requirePermission,
  RequirePermission,
  setPrincipal,
} from './permission.js';
export { SchemaPipe } from './schema.pipe.js';
export { isStorableText, jsonFault } from './storable-json.js';
export { withTag } from './with-tag.js';
export { PROBLEM_MEDIA_TYPE, problemDocument } from '../problem/problem-document.js';
export { PROBLEM_HOOKS, type ProblemHooks } from '../problem/problem-hooks.js';
export type { Problem } from '../problem/problem.js';
export type { Principal } from '../identity/principal.js';
export { codeOfStatus, problemOf } from '../problem/problem-of.js';
export { ProblemFilter, type WrittenAnswer } from '../problem/problem.filter.js';
export { Refusal, type RefusalOptions } from '../problem/refusal.js';
