import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where administrators' programs are; not always in the PATH of a person. */
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin'];

/** @returns the path of a program, or null where it is not installed. */
export function findProgram(name: string, path: string = process.env['PATH'] ?? ''): string | null {
  const directories = [...path.split(delimiter).filter((directory) => directory !== ''), ...SYSTEM_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find((candidate) => existsSync(candidate)) ?? null;
}
