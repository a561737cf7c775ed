import type { SendNotification } from '@nest-herald/notifications';
import { demoDataByLanguage, type DemoLanguage } from '../data/demo-data.js';

/** A notice that a demo company has when it is loaded. */
export interface DemoNotice extends SendNotification {
  /** The fixed person who sends it, as the last part of the person's id; without it the system sends it. */
  readonly from?: 'admin' | 'manager' | 'finance' | 'hr';
}

/** Oldest first. `@x` among the users is the fixed person `<tenant>.x`. */
const NOTICES = demoDataByLanguage<readonly DemoNotice[]>('notices');

/** The notices of a company, with the ids of its people, oldest first. */
export function noticesOf(company: {
  readonly tenantId: string;
  readonly language: DemoLanguage;
}): readonly DemoNotice[] {
  return NOTICES[company.language].map(({ to, ...notice }) => ({
    ...notice,
    to: {
      ...to,
      ...(to.users === undefined ? {} : { users: to.users.map((user) => user.replace(/^@/, `${company.tenantId}.`)) }),
    },
  }));
}
