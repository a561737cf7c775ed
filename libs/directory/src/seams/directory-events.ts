/**
 * Event type: memberships changed, so lists may differ now. To the person, or to the tenant after a change of the tree.
 * Durable, because every server follows it to reauthorise its open streams.
 */
export const DIRECTORY_CHANGED = 'directory.changed';

/** Data of {@link DIRECTORY_CHANGED}. */
export interface DirectoryChanged {
  /** The person; null when all people may be affected. */
  readonly userId: string | null;
}
