/**
 * Event type: who belongs where has changed, so lists may look different now. To the person, or to the tenant after a
 * change of the tree. Durable, because every node follows it to ask again what its open streams may see.
 */
export const DIRECTORY_CHANGED = 'directory.changed';

/** Data of {@link DIRECTORY_CHANGED}. */
export interface DirectoryChanged {
  /** null: possibly everybody. */
  readonly userId: string | null;
}
