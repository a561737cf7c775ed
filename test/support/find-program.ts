import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Directories of system programs, which are not always in a user's PATH. */
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin'];

/** @returns the path of a program, or null when it is not installed. */
export function findProgram(name: string, path: string = process.env['PATH'] ?? ''): string | null {
  const directories = [...path.split(delimiter).filter((directory) => directory !== ''), ...SYSTEM_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find((candidate) => existsSync(candidate)) ?? null;
}
