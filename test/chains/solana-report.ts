/** What a node reports of a transaction, beside what the reader takes from it. */
export interface Report {
  /** As the node wrote it. */
  text: string;
  /** All accounts, in the order of the balances. */
  keys: string[];
  innerInstructions: unknown[];
  preTokenBalances: { accountIndex: number; owner: string }[];
  postTokenBalances: { accountIndex: number; owner: string }[];
  loadedAddresses: { writable: string[]; readonly: string[] };
}

export async function report(url: string, signature: string): Promise<Report> {
  const config = { commitment: 'finalized', encoding: 'json', maxSupportedTransactionVersion: 1 };
  const body = JSON.stringify({ id: 1, method: 'getTransaction', params: [signature, config] });
  const whole = await (await fetch(url, { method: 'POST', body })).text();
  const text = /^\{.*?"result":(.*)\}$/.exec(whole)?.[1] ?? '';
  const { meta, transaction } = JSON.parse(text) as {
    meta: Omit<Report, 'text' | 'keys'>;
    transaction: { message: { accountKeys: string[] } };
  };
  const { writable, readonly } = meta.loadedAddresses;
  return { ...meta, text, keys: [...transaction.message.accountKeys, ...writable, ...readonly] };
}
