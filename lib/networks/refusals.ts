import { DepositCallbackError } from '../errors.ts';

/** The error of an address, memo or asset that is not one: `fix` says what it should be. */
export function addressInvalid(text: string, fix: string): DepositCallbackError {
  return new DepositCallbackError('ADDRESS_INVALID', `${quoted(text)}: ${fix}`);
}

export function transactionIdInvalid(text: string, fix: string): DepositCallbackError {
  return new DepositCallbackError('TRANSACTION_ID_INVALID', `${quoted(text)}: ${fix}`);
}

export function networkUnknown(text: string): DepositCallbackError {
  const fix = 'not a known network; give its CAIP-2 id, for example eip155:1 (docs/networks.md)';
  return new DepositCallbackError('NETWORK_UNKNOWN', `${quoted(text)}: ${fix}`);
}

// What a sender wrote goes to the log: bounded, and on one line.
function quoted(text: unknown): string {
  if (typeof text !== 'string') return `A value of type ${typeof text}`;
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text);
}
