/** How often a property is tried: a short form by default; `PROPERTY_RUNS=100000` is the long one. */
export function propertyRuns(short: number): number {
  const asked = Number(process.env.PROPERTY_RUNS);
  return Number.isSafeInteger(asked) && asked > 0 ? asked : short;
}
