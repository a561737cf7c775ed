import { expect, test } from '@jest/globals';
import { snoozeChoices } from './snooze-choices.js';

test('snoozeChoices offers an hour, tomorrow at nine and next Monday at nine', () => {
  const [hour, tomorrow, monday] = snoozeChoices(new Date(2026, 10, 21, 15, 30)).map(({ until }) => until);
  expect(hour).toEqual(new Date(2026, 10, 21, 16, 30));
  expect(tomorrow).toEqual(new Date(2026, 10, 22, 9));
  expect(monday).toEqual(new Date(2026, 10, 23, 9));
});

test('snoozeChoices skips to the following week on a Monday', () => {
  expect(snoozeChoices(new Date(2026, 10, 23, 8))[2]?.until).toEqual(new Date(2026, 10, 30, 9));
});
