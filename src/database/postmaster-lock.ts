import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The server that uses a cluster directory, as it writes itself into `postmaster.pid`. */
export interface PostmasterLock {
  readonly pid: number;
  /** `host:port`, or null while the server has not bound its socket yet. */
  readonly address: string | null;
}

/** @returns null when no server uses the directory; the lock of a dead server does not count. */
export function readPostmasterLock(clusterDir: string): PostmasterLock | null {
  let lines: string[];
  try {
    lines = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    // There is no file, or it was deleted just now: no server uses the directory.
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || isSomethingElse(pid)) return null;
  return { pid, address: lines[3] && lines[5] ? `${lines[5]}:${lines[3]}` : null };
}

/** Whether a process with this id exists, under any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The system reuses process ids soon, above all in containers. Linux shows which program runs under an id. */
function isSomethingElse(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    // There is no /proc, or the process has ended: PostgreSQL itself decides.
    return false;
  }
}
