import { invalidOption, isDepositCallbackError } from '../../errors.ts';
import { canonicalAccount } from '../../networks/address.ts';
import { findNetwork } from '../../networks/registry.ts';

/** For providers whose callbacks do not say to which address a payment went. */
export interface AccountsOption {
  /**
   * The account that payments are put down to, by network (CAIP-2 or a name of it; CAIP-2 alone for those of the option
   * `networks`): one of your own, of which `isOurs` says yes. Whose payment it is stands in `deposit.payment`.
   */
  accounts: Readonly<Record<string, string>>;
}

/** The account of a network; `''` if none is given, which is kept for an operator. */
export type AccountOn = (network: string | undefined) => string;

/** Reads the option `accounts`. Throws `OPTION_INVALID`. */
export function accountsOf(provider: string, accounts: Readonly<Record<string, string>>): AccountOn {
  const entries = Object.entries(typeof accounts === 'object' && accounts !== null ? accounts : {});
  if (entries.length === 0)
    throw invalidOption(`${provider}.accounts`, 'must list your account on each network: callbacks do not name it');
  const known = new Map(
    entries.map(([network, address]) => accountOf(`${provider}.accounts[${network}]`, network, address)),
  );
  return (network = '') => known.get(findNetwork(network)?.id ?? network) ?? '';
}

function accountOf(option: string, name: string, address: string): readonly [string, string] {
  const network = findNetwork(name);
  // On a network of the user's own, the receiver makes it canonical.
  if (network === undefined && name.includes(':')) return [name, String(address)];
  if (network === undefined) throw invalidOption(option, 'is of an unknown network; use a CAIP-2 id');
  try {
    return [network.id, canonicalAccount(network.id, String(address)).address];
  } catch (error) {
    if (isDepositCallbackError(error)) throw invalidOption(option, 'is not an address of that network');
    throw error;
  }
}
