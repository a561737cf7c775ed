import { spreadOf, type Spread } from './statistics.js';

/** The cost of one server, or of one variant, in one condition, over the repetitions. */
export interface Figure {
  /** Name in the registry of servers, or the name of a variant as the report shows it. */
  readonly server: string;
  /** Such as `1,000 w1`; a column of the table. */
  readonly condition: string;
  readonly spread: Spread;
}

/** Collects one value per repetition for each server and condition. Scenarios fill it, and the report reads it. */
export class FigureBook {
  private readonly values = new Map<string, number[]>();

  /** Values of one server and condition must be added in the order of the repetitions, because ratios pair them. */
  add(server: string, condition: string, value: number): void {
    const key = keyOf(server, condition);
    const known = this.values.get(key);
    if (known) known.push(value);
    else this.values.set(key, [value]);
  }

  /** One value per repetition; empty if the server was not measured. */
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
