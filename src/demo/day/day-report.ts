/** A decision that the service accepted. */
export interface DayDecision {
  readonly taskId: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly verb: 'approve' | 'reject' | 'return' | 'transfer';
}

/** What happened during the day; grows while the day runs. */
export class DayReport {
  /** Number of actions, by kind. */
  readonly done: Record<string, number> = {};
  /** Number of expected refusals, by code. */
  readonly refused: Record<string, number> = {};
  readonly decisions: DayDecision[] = [];
  /** The id of each started approval, with the id of its document. */
  readonly instances = new Map<string, string>();
  /** Unexpected errors. */
  readonly faults: string[] = [];

  count(what: string): void {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }

  countRefusal(code: string): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
  }
}
