import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Blockchain } from '@proton/vert';

// The token contract that EOS runs, as WebAssembly in a virtual machine with the host functions of nodeos.
const folder = new URL(
  'external/eosio.token/',
  `file://${createRequire(import.meta.url).resolve('proton-tsc/package.json')}`,
);
const wasm = readFileSync(new URL('eosio.token.wasm', folder));
const abi = readFileSync(new URL('eosio.token.abi', folder), 'utf8');

/** An action as the trace API of nodeos gives it. */
export interface ActionTrace {
  global_sequence: number;
  receiver: string;
  account: string;
  action: string;
  authorization: { account: string; permission: string }[];
  data: string;
  return_value: string;
}

export interface Contracts {
  /** Runs a transfer of a token contract and gives what it has traced; rejects if the contract does. */
  transfer(contract: string, from: string, to: string, quantity: string, memo: string): Promise<ActionTrace[]>;
  /** What an account holds of a token, as its contract writes it (`1.0000 EOS`); undefined if nothing. */
  balanceOf(contract: string, account: string, symbol: string): string | undefined;
  /** Notes the state of all contracts; the function takes back what they have run since. */
  mark(): () => void;
}

const accounts = ['alice', 'bob', 'exchange', 'eosio'];
/** What each contract issues to alice at the start. */
const issued: readonly [contract: string, quantity: string][] = [
  ['eosio.token', '1000000000.0000 EOS'],
  ['eosio.token', '1000.00 JUNGLE'],
  ['core.vaulta', '1000000000.0000 A'],
  ['fakeeos11111', '1000000000.0000 EOS'],
];

/** Token contracts of several accounts, and accounts that are notified of transfers. */
export async function tokenContracts(): Promise<Contracts> {
  const chain = new Blockchain();
  let executed = 1_000;
  // The machine notifies only accounts that have code, and nodeos notifies all.
  const names = [...new Set([...accounts, ...issued.map(([contract]) => contract)])];
  const deployed = new Map(
    names.map((name) => [name, chain.createAccount({ name, wasm, abi: JSON.parse(abi), enableInline: true })]),
  );
  const run = async (contract: string, action: string, data: unknown[], actor: string): Promise<ActionTrace[]> => {
    await deployed.get(contract)?.actions[action]?.(data).send(`${actor}@active`);
    return chain.actionTraces.map((one) => ({
      global_sequence: ++executed,
      receiver: String(one.receiver.name),
      account: String(one.firstReceiver.name),
      action: String(one.action),
      authorization: [{ account: actor, permission: 'active' }],
      data: Buffer.from(one.data).toString('hex'),
      return_value: '',
    }));
  };
  for (const [contract, quantity] of issued) {
    await run(contract, 'create', ['eosio', quantity], contract);
    await run(contract, 'issue', ['eosio', quantity, ''], 'eosio');
    await run(contract, 'transfer', ['eosio', 'alice', quantity, ''], 'eosio');
  }
  return {
    balanceOf(contract, account, symbol) {
      const scope = deployed.get(account)?.toBigInt();
      const rows: { balance: string }[] = deployed.get(contract)?.tables.accounts?.(scope).getTableRows() ?? [];
      return rows.map((row) => row.balance).find((one) => one.endsWith(` ${symbol}`));
    },
    mark() {
      const marked = chain.store.snapshot();
      return () => chain.store.revertTo(marked);
    },
    transfer: (contract, from, to, quantity, memo) => run(contract, 'transfer', [from, to, quantity, memo], from),
  };
}
