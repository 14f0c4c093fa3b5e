import { invalidOption } from '../errors.ts';
import type { NetworkTable } from '../networks/table.ts';
import { accountTable, type TableSource } from './account-table.ts';
import { answerInvalid, whenAnswered } from './answers.ts';
import type { Account, Accounts, Policy } from './policy.ts';

/** Whose an account is: `false` for a stranger's; ours otherwise, with the customer's account if that is known. */
export type Owner = false | 'unassigned' | { readonly account?: string };

export type OwnerOf = (account: Account) => Owner | Promise<Owner>;

/** Makes one function of `policy.accounts` or `policy.isOurs`. Throws `OPTION_INVALID` unless there is exactly one of them. */
export function compileOwner(
  policy: Policy,
  networks: readonly string[] | 'any',
  table: NetworkTable,
  warn: (text: string) => void,
): OwnerOf {
  const { accounts, isOurs } = policy;
  if (accounts !== undefined && isOurs !== undefined) {
    throw invalidOption('policy.accounts', 'cannot be combined with policy.isOurs; set one of them');
  }
  if (accounts === undefined) {
    if (isOurs === undefined) {
      throw invalidOption(
        'policy.accounts',
        'is required, or policy.isOurs: a list, Set or Map of the addresses that are ours, or a function',
      );
    }
    if (typeof isOurs !== 'function') throw invalidOption('policy.isOurs', 'must be a function');
    return (account) => whenAnswered(policy.isOurs?.(account), (given) => ownerOfIsOurs(given, account));
  }
  if (typeof accounts === 'function') {
    return (account) => whenAnswered(accounts.call(policy, account), (given) => ownerOfAnswer(given, account));
  }
  const listed = networks === 'any' ? table.all : networks.map(table.require);
  const lookUp = accountTable(sourceOf(accounts), listed, table, warn);
  return (account) => {
    const { found, isOurs: isKnown } = lookUp(account);
    if (!isKnown) return false;
    return found === undefined ? 'unassigned' : ownerOfAnswer(found, account);
  };
}

function ownerOfIsOurs(given: unknown, account: Account): Owner {
  if (given === true) return {};
  if (given === false || given === 'unassigned') return given;
  throw answerInvalid('isOurs', given, account, "true, false or 'unassigned'");
}

function ownerOfAnswer(given: unknown, account: Account): Owner {
  if (given === true) return {};
  if (given === false || given === undefined || given === null) return false;
  if (given === 'unassigned') return given;
  if (typeof given === 'string' && given !== '') return { account: given };
  // Ids of rows.
  if (typeof given === 'bigint' || (typeof given === 'number' && Number.isSafeInteger(given)))
    return { account: String(given) };
  throw answerInvalid(
    'accounts',
    given,
    account,
    "the account's id as a string, true, false, undefined or 'unassigned'",
  );
}

function sourceOf(accounts: Exclude<Accounts, (account: Account) => unknown>): TableSource {
  // An instance of another realm is not an instance here.
  const kind = Object.prototype.toString.call(accounts);
  if (kind === '[object Map]') {
    const map = accounts as ReadonlyMap<string, string>;
    return { has: (text) => map.has(text), get: (text) => map.get(text), texts: () => map.keys() };
  }
  if (kind !== '[object Set]' && !Array.isArray(accounts)) {
    throw invalidOption('policy.accounts', 'must be a list, Set or Map of addresses, or a function');
  }
  if (Array.isArray(accounts) && accounts.length === 0) {
    throw invalidOption('policy.accounts', 'is empty: no deposit would be credited');
  }
  const set = Array.isArray(accounts) ? new Set<string>(accounts) : (accounts as ReadonlySet<string>);
  return { has: (text) => set.has(text), get: () => true, texts: () => set.values() };
}
