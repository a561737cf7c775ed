import type { en } from './en.js';
import type { enApprovals } from './en-approvals.js';
import type { Text } from './text.js';

export type TextKey = keyof typeof en;

/** Every text in one language. */
export type Dictionary = Readonly<Record<TextKey, Text>>;

/** The texts of the approval pages in one language. */
export type ApprovalsDictionary = Readonly<Record<keyof typeof enApprovals, Text>>;
