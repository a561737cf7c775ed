import { type DefinitionInput, READY_MADE_PROCESSES } from '@nest-herald/approvals';

/** Code of a ready-made process at the demo companies. The prefix keeps the plain codes free for users of the API. */
export function demoCode(readyMade: string): string {
  return `demo-${readyMade}`;
}

/** The processes of the demo companies. */
export const DEMO_PROCESSES: readonly DefinitionInput[] = Object.values(READY_MADE_PROCESSES).map((process) => ({
  ...process,
  code: demoCode(process.code),
}));
