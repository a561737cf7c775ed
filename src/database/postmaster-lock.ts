import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who holds a cluster directory, as the server itself writes it into `postmaster.pid`. */
export interface PostmasterLock {
  readonly pid: number;
  /** `host:port`, or null while the server has not bound its socket yet. */
  readonly address: string | null;
}

/** @returns null when no server holds the directory; a lock left by a dead one counts as none. */
export function readPostmasterLock(clusterDir: string): PostmasterLock | null {
  let lines: string[];
  try {
    lines = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    // No file (or one that vanishes right now): nobody holds it.
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || isSomethingElse(pid)) return null;
  return { pid, address: lines[3] && lines[5] ? `${lines[5]}:${lines[3]}` : null };
}

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process id is soon given to somebody else, in containers above all; Linux tells what runs under it. */
function isSomethingElse(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    // No /proc here, or the process is gone: PostgreSQL itself decides.
    return false;
  }
}
