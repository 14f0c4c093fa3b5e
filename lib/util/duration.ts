const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** ms of `500ms`, `30s`, `5m`, `2h`, `90d`, or of a number of milliseconds; undefined for anything else. */
export function durationIn(text: string): number | undefined {
  const [, digits, unit = 'ms'] = /^(\d{1,12})(ms|[smhd])?$/.exec(text) ?? [];
  const ms = units[unit];
  return digits === undefined || ms === undefined ? undefined : Number(digits) * ms;
}

/** ms of how long ago something was, as people type it: `2h` or `2h ago`; undefined for anything else. */
export function ageIn(text: string): number | undefined {
  const [, age] = /^(\d+(?:ms|[smhd]))(?: ago)?$/.exec(text) ?? [];
  return age === undefined ? undefined : durationIn(age);
}
