import { type DefinitionInput, READY_MADE_PROCESSES } from '@nest-herald/approvals';

/** Code of a ready-made process at the demo companies. A prefix, so that whoever tries the API may use the plain codes. */
export function demoCode(readyMade: string): string {
  return `demo-${readyMade}`;
}

/** The processes of the demo companies. */
export const DEMO_PROCESSES: readonly DefinitionInput[] = Object.values(READY_MADE_PROCESSES).map((process) => ({
  ...process,
  code: demoCode(process.code),
}));
