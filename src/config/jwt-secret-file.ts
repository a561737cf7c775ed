import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './configuration-error.js';

/** Shortest accepted HS256 secret in bytes: the length of the hash. */
export const MIN_SECRET_BYTES = 32;

/**
 * The signing secret of an installation without JWT_SECRET. The first start generates it and stores it in
 * `<dataDir>/jwt-secret`, readable only by its owner, so sign-ins survive a restart. Never used in production.
 *
 * @throws ConfigurationError when the file cannot be written, or is too short to be a secret.
 */
export function storedJwtSecret(dataDir: string): string {
  const path = join(dataDir, 'jwt-secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    // 'wx' lets one of two simultaneous first starts write the file; the other reads it.
    writeFileSync(path, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(dataDir, error);
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (Buffer.byteLength(secret) >= MIN_SECRET_BYTES) return secret;
  throw new ConfigurationError([
    {
      name: 'JWT_SECRET',
      message: `the secret in ${path} is shorter than ${MIN_SECRET_BYTES} bytes. Delete that file (all users must sign in again) or set JWT_SECRET.`,
    },
  ]);
}

function unwritable(dataDir: string, cause: unknown): ConfigurationError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigurationError([
    {
      name: 'DATA_DIR',
      message: `cannot write to ${dataDir} (${reason}). Choose a directory that this user may write to.`,
    },
  ]);
}
