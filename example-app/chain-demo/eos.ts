import { eosChain } from 'deposit-callback/chains/eos';
import { type ActionTrace, tokenContracts } from '../../test/chains/eos/contracts.ts';
import { blockOf, eos, idOf, mainnet as network, nodeos, transactionOf } from '../../test/chains/eos/nodeos.ts';
import { createEndings } from './endings.ts';
import { finalNote, finalScenes } from './final-scenes.ts';
import { play } from './play.ts';

const memo = '10042';
const first = 1_000;

export async function demo(): Promise<void> {
  const endings = createEndings();
  const contracts = await tokenContracts();
  const node = await nodeos(endings, [blockOf(first)], first);
  const { url } = node;
  const chain = {
    title: 'EOS: its token contract in a virtual machine (vert), behind a server like nodeos',
    notes: [
      'The machine makes no blocks and no forks: the server does, and sets the contract',
      'back to what it was before the block that is left out.',
      ...finalNote,
    ],
    watched: { network, url },
    check: eosChain({ network, url }),
    confirmations: 'finalized' as const,
    asset: { asset: eos, symbol: 'EOS', decimals: 4, memo: 'required' as const },
    alice: { address: 'exchange', memo },
    async held() {
      const balance = contracts.balanceOf('eosio.token', 'exchange', 'EOS') ?? '0';
      return BigInt(balance.replace(/\D/g, ''));
    },
  };
  const transfer = (units: bigint, words: string): Promise<ActionTrace[]> => {
    const quantity = `${units / 10_000n}.${`${units % 10_000n}`.padStart(4, '0')} EOS`;
    return contracts.transfer('eosio.token', 'alice', 'exchange', quantity, words);
  };
  let takeBack = (): void => {};
  let sent = 0;
  /** A block of one payment, on top of the last irreversible one. */
  async function blockWith(units: bigint, words: string, branch: string): Promise<{ id: string; block: string }> {
    const id = idOf(`payment ${++sent}`);
    const made = blockOf(node.irreversible + 1, [transactionOf(id, await transfer(units, words))], branch);
    node.blocks.set(made.number, made);
    return { id, block: made.id };
  }
  async function pay(units: bigint, words: string): Promise<void> {
    await blockWith(units, words, 'a');
    node.irreversible += 1;
  }
  const scenes = {
    ...{ symbol: 'EOS', coin: 10_000n },
    async payTooEarly(units: bigint) {
      takeBack = contracts.mark();
      const { id, block } = await blockWith(units, memo, 'b');
      return { hash: id, block: { number: `${node.irreversible + 1}`, hash: block } };
    },
    async leaveBlock() {
      takeBack();
      node.irreversible += 1;
      node.blocks.set(node.irreversible, blockOf(node.irreversible));
    },
    pay: (units: bigint) => pay(units, memo),
    payWithoutMemo: (units: bigint) => pay(units, ''),
  };
  try {
    await play(chain, (scene) => finalScenes(scenes, scene));
  } finally {
    await endings.end();
  }
}
