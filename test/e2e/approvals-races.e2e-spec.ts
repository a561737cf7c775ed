import { describeApprovalRaces } from '../support/approval-races.js';

// The full profile runs each race 200 times (approvals-races.full-spec.ts).
describeApprovalRaces(10);
