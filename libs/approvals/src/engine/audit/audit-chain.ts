import { createHash } from 'node:crypto';

/** One action on an instance (`apv_action`). It is never changed or deleted. */
export interface AuditAction {
  /** 1, 2, 3 … in the instance, without gaps. */
  readonly n: number;
  readonly taskKey: string | null;
  readonly nodeId: string | null;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly action: string;
  readonly fromStatus: string | null;
  readonly toStatus: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** The parts of an action that may have to be erased for a person: free text, and the address of the caller. */
export interface PersonalText {
  readonly comment: string | null;
  /** Changed form fields, as JSON text. */
  readonly diff: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** A sealed action. Erasing a person sets the four texts and the salt to null and changes nothing else. */
export interface AuditRow extends AuditAction, PersonalText {
  /** Random text of at least 16 bytes. Without it, a short text could be guessed from its hash. */
  readonly salt: string | null;
  /** `sha256(salt, texts)`, hex. The chain covers this hash instead of the texts. */
  readonly textHash: string;
  readonly prevHash: string;
  /** `sha256(prevHash, action, textHash)`, hex. */
  readonly hash: string;
}

/** The instance of a chain. */
export interface ChainOwner {
  readonly tenantId: string;
  readonly instanceId: string;
}

/** Whether a history is unchanged; otherwise its first changed row. */
export type ChainCheck =
  | { readonly ok: true; readonly rows: number; readonly lastHash: string }
  | { readonly ok: false; readonly n: number; readonly fault: 'number' | 'previous' | 'text' | 'hash' | 'end' };

/** The `prevHash` of the first row. It binds the chain to its instance. */
export function chainStart(owner: ChainOwner): string {
  return sha256(['herald.audit.start.1', owner.tenantId, owner.instanceId]);
}

/**
 * Seals an action as the next row of a chain.
 *
 * @param prevHash the hash of the previous row, or {@link chainStart}
 * @param salt a new random text of at least 16 bytes
 */
export function seal(prevHash: string, action: AuditAction, text: PersonalText, salt: string): AuditRow {
  const textHash = hashText(salt, text);
  return { ...action, ...text, salt, textHash, prevHash, hash: hashRow(prevHash, action, textHash) };
}

/**
 * Verifies a whole history.
 *
 * @param rows all rows of the instance in the order of `n`
 * @param lastHash the newest hash, stored apart from the rows (`apv_instance.last_hash`), so that missing last rows are found
 */
export function verifyChain(owner: ChainOwner, rows: readonly AuditRow[], lastHash: string): ChainCheck {
  let prevHash = chainStart(owner);
  for (const [i, row] of rows.entries()) {
    const fault = faultOf(row, i + 1, prevHash);
    if (fault !== undefined) return { ok: false, n: i + 1, fault };
    prevHash = row.hash;
  }
  if (prevHash !== lastHash) return { ok: false, n: rows.length + 1, fault: 'end' };
  return { ok: true, rows: rows.length, lastHash };
}

function faultOf(row: AuditRow, n: number, prevHash: string): 'number' | 'previous' | 'text' | 'hash' | undefined {
  if (row.n !== n) return 'number';
  if (row.prevHash !== prevHash) return 'previous';
  const erased = [row.salt, row.comment, row.diff, row.ip, row.userAgent].every((text) => text === null);
  if (!erased && (row.salt === null || hashText(row.salt, row) !== row.textHash)) return 'text';
  return hashRow(prevHash, row, row.textHash) === row.hash ? undefined : 'hash';
}

function hashText(salt: string, text: PersonalText): string {
  return sha256(['herald.audit.text.1', salt, text.comment, text.diff, text.ip, text.userAgent]);
}

function hashRow(prevHash: string, row: AuditAction, textHash: string): string {
  return sha256([
    'herald.audit.row.1',
    prevHash,
    row.n,
    row.taskKey,
    row.nodeId,
    row.actorId,
    row.onBehalfOf,
    row.action,
    row.fromStatus,
    row.toStatus,
    row.at,
    textHash,
  ]);
}

/** A JSON array of texts, numbers and nulls has exactly one encoding, so two different rows cannot share one. */
function sha256(fields: readonly (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
