import { describeApprovalRaces } from '../support/approval-races.js';
import { perProfile } from '../support/profile.js';

// Two runs: each side is first once.
describeApprovalRaces(perProfile(2, 200));
