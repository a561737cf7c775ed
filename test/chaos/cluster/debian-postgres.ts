import { existsSync } from 'node:fs';

const DIRECTORY = '/usr/lib/postgresql/15/bin';

/** The oldest supported PostgreSQL, as Debian installs it. @returns null if it is not installed. */
export function debianBinaries(): { readonly initdb: string; readonly postgres: string } | null {
  const programs = { initdb: `${DIRECTORY}/initdb`, postgres: `${DIRECTORY}/postgres` };
  return existsSync(programs.initdb) && existsSync(programs.postgres) ? programs : null;
}
