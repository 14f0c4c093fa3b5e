/** Parsed JSON of something with an amount, the amount as a `bigint` again. */
export function withAmount<T extends { amount: bigint }>(json: unknown): T {
  const value = json as { amount: string | bigint };
  value.amount = BigInt(value.amount);
  return value as T;
}
