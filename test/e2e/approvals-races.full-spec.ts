import { describeApprovalRaces } from '../support/approval-races.js';

describeApprovalRaces(200);
