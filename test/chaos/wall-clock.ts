/** Milliseconds since 1970, with fractions. Comparable between all processes of the machine, and monotonic within one. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}
