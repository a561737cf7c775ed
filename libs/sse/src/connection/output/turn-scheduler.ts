/** Something to be done once at the end of the current turn of the event loop. */
export interface TurnTask {
  endTurn(): void;
}

/**
 * Knows when a turn of the event loop ends, for all connections of a hub together: one `setImmediate` a turn instead of a
 * timer or promise per connection.
 */
export class TurnScheduler {
  /** Number of the current turn; a connection that remembers it can tell whether it has written in this turn. */
  turn = 1;
  #tasks: TurnTask[] = [];
  #armed = false;

  /** @param later runs a function behind the current turn. */
  constructor(private readonly later: (run: () => void) => void = (run) => void setImmediate(run)) {}

  /** Makes sure that the current turn ends. */
  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.later(this.#end);
  }

  /** Calls the task once at the end of this turn. The caller sees to it that a task is not given twice in a turn. */
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
