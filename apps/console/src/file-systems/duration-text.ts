const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `2 h 5 min`: the two largest units; `0.4 s` under a second, and a hyphen for what has no duration. */
export const durationText = (seconds: number | undefined): string => {
  if (seconds === undefined) return '-';
  if (seconds < 1) return `${Math.max(0, seconds).toFixed(1)} s`;
  const first = UNITS.findIndex(([, size]) => Math.round(seconds) >= size);
  // Rounded to the smaller of the two units, so that it never says 60 of anything.
  const smaller = UNITS[Math.min(first + 1, UNITS.length - 1)]?.[1] ?? 1;
  let left = Math.round(seconds / smaller) * smaller;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    if (size < smaller) break;
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  return parts.join(' ');
};
