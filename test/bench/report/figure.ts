import type { ServerName } from '../servers/server-registry.js';
import { spreadOf, type Spread } from './statistics.js';

/** What one server cost in one condition, over the repetitions. */
export interface Figure {
  readonly server: ServerName;
  /** Such as `1,000 w1`; a column of the table. */
  readonly condition: string;
  readonly spread: Spread;
}

/** Collects one value a repetition for each server and condition; scenarios fill it, the report reads it. */
export class FigureBook {
  private readonly values = new Map<string, number[]>();

  /** Values of one server and condition must come in the order of the repetitions: ratios pair them. */
  add(server: ServerName, condition: string, value: number): void {
    const key = keyOf(server, condition);
    const known = this.values.get(key);
    if (known) known.push(value);
    else this.values.set(key, [value]);
  }

  /** One value a repetition; empty when the server was not measured. */
  valuesOf(server: ServerName, condition: string): readonly number[] {
    return this.values.get(keyOf(server, condition)) ?? [];
  }

  /** In the order in which they were first added. */
  figures(): Figure[] {
    return [...this.values].map(([key, values]) => {
      const [server, condition = ''] = key.split('|');
      return { server: server as ServerName, condition, spread: spreadOf(values) };
    });
  }
}

function keyOf(server: ServerName, condition: string): string {
  return `${server}|${condition}`;
}
