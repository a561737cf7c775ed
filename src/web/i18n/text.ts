/** A text that depends on a number. A language without plural forms uses a plain string. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

/** An entry of a dictionary. `{name}` is a placeholder. */
export type Text = string | Plural;
