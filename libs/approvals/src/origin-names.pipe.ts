import type { PipeTransform } from '@nestjs/common';

/**
 * Accepts the origin's field names beside ours (api.md §2, "Origin compatibility"). A name of ours that is sent too wins: the
 * other one then stays, and is refused as an unknown field.
 */
export class OriginNames implements PipeTransform<unknown, unknown> {
  constructor(private readonly ours: Readonly<Record<string, string>>) {}

  transform(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]): [string, unknown] => {
        const renamed = Object.hasOwn(this.ours, name) ? this.ours[name] : undefined;
        return [renamed === undefined || Object.hasOwn(value, renamed) ? name : renamed, field];
      }),
    );
  }
}
