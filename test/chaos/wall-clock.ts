/** Milliseconds since 1970 with fractions; the same in all processes of the machine, and never set back within one. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}
