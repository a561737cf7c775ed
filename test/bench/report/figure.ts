import { spreadOf, type Spread } from './statistics.js';

/** What one server, or one way of doing something, cost in one condition, over the repetitions. */
export interface Figure {
  /** Name in the registry of servers, or the name of a way as the report shows it. */
  readonly server: string;
  /** Such as `1,000 w1`; a column of the table. */
  readonly condition: string;
  readonly spread: Spread;
}

/** Collects one value a repetition for each server and condition; scenarios fill it, the report reads it. */
export class FigureBook {
  private readonly values = new Map<string, number[]>();

  /** Values of one server and condition must come in the order of the repetitions: ratios pair them. */
  add(server: string, condition: string, value: number): void {
    const key = keyOf(server, condition);
    const known = this.values.get(key);
    if (known) known.push(value);
    else this.values.set(key, [value]);
  }

  /** One value a repetition; empty when the server was not measured. */
  valuesOf(server: string, condition: string): readonly number[] {
    return this.values.get(keyOf(server, condition)) ?? [];
  }

  /** In the order in which they were first added. */
  figures(): Figure[] {
    return [...this.values].map(([key, values]) => {
      const [server = '', condition = ''] = key.split('|');
      return { server, condition, spread: spreadOf(values) };
    });
  }
}

function keyOf(server: string, condition: string): string {
  return `${server}|${condition}`;
}
