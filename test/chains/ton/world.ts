import { sha256 } from '@noble/hashes/sha2';
import { Address, type Cell, internal, SendMode, type Transaction } from '@ton/core';
import type { SandboxContract, TreasuryContract } from '@ton/sandbox';
import type { Scope } from '../../helpers/serve.ts';
import {
  accomplice,
  type Deployed,
  internalTransferBody,
  type JettonTransfer,
  mintBody,
  minter,
  mirror,
  transferBody,
  wallet,
} from './contracts.ts';
import { type Toncenter, toncenter } from './toncenter.ts';

export const oneTon = 1_000_000_000n;

/** TON with a jetton, of which Alice has much, and accounts of ours that nobody has deployed. */
export interface World {
  node: Toncenter;
  alice: SandboxContract<TreasuryContract>;
  /** Master of the jetton. */
  usd: Address;
  /** An account of ours without a contract. */
  ours: Address;
  /** Sends coins from Alice: not bounceable unless said otherwise. */
  pay(to: Address, value: bigint, body?: Cell, bounce?: boolean): Promise<readonly Transaction[]>;
  /** Sends jettons from Alice's wallet. */
  payJettons(transfer: JettonTransfer, master?: Address): Promise<readonly Transaction[]>;
  /** Sends a message from any contract: whoever writes contracts can send what he likes. */
  send(
    from: Address,
    to: Deployed | Address,
    value: bigint,
    body: Cell,
    bounce?: boolean,
  ): Promise<readonly Transaction[]>;
  /** Another jetton of the same name, of which Alice has as much. */
  newJetton(edition: number): Promise<Address>;
  /** Jettons in the wallet of an owner, as the wallet itself says. */
  jettonsOf(owner: Address, master?: Address): Promise<bigint>;
  coinsOf(account: Address): Promise<bigint>;
}

const minted = 10n ** 18n;

export const accountNamed = (name: string): Address => new Address(0, Buffer.from(sha256(name)));

export async function tonWorld(t: Scope, headers: Record<string, string> = {}): Promise<World> {
  const node = await toncenter(t, headers);
  const { chain } = node;
  const alice = await chain.treasury('alice');

  const pay: World['pay'] = async (to, value, body, bounce = false) =>
    (await alice.send({ to, value, bounce, sendMode: SendMode.PAY_GAS_SEPARATELY, ...(body && { body }) }))
      .transactions;
  const newJetton: World['newJetton'] = async (edition) => {
    const { address, init } = minter(alice.address, 'USD', edition);
    await alice.send({ to: address, value: oneTon, init });
    const told = internalTransferBody({ amount: minted, party: address, excessesTo: alice.address });
    await alice.send({ to: address, value: oneTon, body: mintBody(alice.address, told) });
    return address;
  };
  const usd = await newJetton(1);
  await alice.send({ to: mirror.address, value: oneTon, init: mirror.init });
  return {
    ...{ node, alice, usd, pay, newJetton, ours: accountNamed('ours') },
    payJettons: (transfer, master = usd) =>
      pay(
        wallet(alice.address, master).address,
        oneTon,
        transferBody({ excessesTo: alice.address, ...transfer }),
        true,
      ),
    async send(from, to, value, body, bounce = false) {
      const init = 'init' in to ? { init: to.init } : {};
      const target = 'init' in to ? to.address : to;
      const { info, ...rest } = internal({ to: target, value, body, bounce, ...init });
      if (info.type !== 'internal') throw new TypeError('Nobody expected such a message');
      return (await chain.sendMessage({ ...rest, info: { ...info, src: from } })).transactions;
    },
    async jettonsOf(owner, master = usd) {
      const { stackReader } = await chain.runGetMethod(wallet(owner, master).address, 'get_wallet_data');
      return stackReader.readBigNumber();
    },
    coinsOf: async (account) => (await chain.getContract(account)).balance,
  };
}

/** The transactions of one account, in their order. */
export function at(transactions: readonly Transaction[], account: Address): Transaction[] {
  return transactions.filter(({ address }) => address === BigInt(`0x${account.hash.toString('hex')}`));
}

/** A wallet that says of itself to be the wallet of an owner, with code that takes jettons from a stranger. */
export async function forgedDeposit(
  { send }: World,
  { owner, master, amount, stranger }: { owner: Address; master: Address; amount: bigint; stranger: Address },
): Promise<{ account: Address; transactions: readonly Transaction[] }> {
  const forged = wallet(owner, master, mirror.init.code as Cell);
  const from = accomplice(stranger, master, mirror.init.code as Cell);
  const body = internalTransferBody({ amount, party: stranger, forward: 1n });
  return { account: forged.address, transactions: await send(from, forged, oneTon, body) };
}
