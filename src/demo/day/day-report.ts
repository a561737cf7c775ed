/** A decision that the service took from somebody. */
export interface DayDecision {
  readonly taskId: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly verb: 'approve' | 'reject' | 'return' | 'transfer';
}

/** What happened in a day; grows while it is played. */
export class DayReport {
  /** How often each thing was done. */
  readonly done: Record<string, number> = {};
  /** Refusals that a day brings when several act at once, by code. */
  readonly refused: Record<string, number> = {};
  readonly decisions: DayDecision[] = [];
  /** Every approval that was started, with the document that it is about. */
  readonly instances = new Map<string, string>();
  /** What must not happen. */
  readonly faults: string[] = [];

  count(what: string): void {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }

  countRefusal(code: string): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
  }
}
