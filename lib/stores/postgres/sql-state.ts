/** Deadlock and serialization failure: the server kept nothing, and another try may go through. */
export function mayRepeat(error: unknown): boolean {
  const code = sqlState(error);
  return code === '40P01' || code === '40001';
}

/** Whether the server refused the statement and the connection is as it was. */
export function isFromServer(error: unknown): boolean {
  const code = sqlState(error);
  return code !== undefined && !code.startsWith('08') && !code.startsWith('57');
}

/** Whether the error says that the server has no function with that in its name. */
export function isFunctionMissing(error: unknown, named: string): boolean {
  return sqlState(error) === '42883' && error instanceof Error && error.message.includes(named);
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
