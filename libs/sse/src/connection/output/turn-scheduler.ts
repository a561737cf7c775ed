/** A task for the end of the current turn of the event loop. */
export interface TurnTask {
  endTurn(): void;
}

/**
 * Runs tasks at the end of a turn of the event loop, for all connections of a hub: one `setImmediate` per turn instead of a
 * timer or promise per connection.
 */
export class TurnScheduler {
  /** Number of the current turn. A queue compares it with its last one to see whether it has written in this turn. */
  turn = 1;
  #tasks: TurnTask[] = [];
  #armed = false;

  /** @param later runs a function after the current turn. */
  constructor(private readonly later: (run: () => void) => void = (run) => void setImmediate(run)) {}

  /** Schedules the end of the current turn, unless it is scheduled. */
  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.later(this.#end);
  }

  /** Runs the task at the end of this turn. The caller must not pass a task twice in a turn. */
  defer(task: TurnTask): void {
    this.#tasks.push(task);
    this.arm();
  }

  readonly #end = (): void => {
    this.#armed = false;
    this.turn += 1;
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task.endTurn();
  };
}
