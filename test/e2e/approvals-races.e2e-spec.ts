import { describeApprovalRaces } from '../support/approval-races.js';

// The full profile has 200 runs of each (approvals-races.full-spec.ts).
describeApprovalRaces(10);
