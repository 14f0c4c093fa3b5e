import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Address, Instruction, KeyPairSigner } from '@solana/kit';
import type { ChainTransfer, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { solanaChain } from '../../lib/chains/solana.ts';
import { parseJson } from '../../lib/json/json.ts';
import { readRawTransaction } from '../../lib/providers/kit/helius-raw.ts';
import { seeded } from './seeded.ts';
import { devnet, type SolanaCluster, startSolana } from './solana-cluster.ts';
import {
  closeTokenAccount,
  createAccount,
  initializeMint,
  initializeTransferFee,
  mintTo,
  openTokenAccount,
  syncNative,
  token2022,
  tokenAccountOf,
  tokenProgram,
  transferSol,
  transferTokens,
  wrappedSol,
} from './solana-instructions.ts';
import { report } from './solana-report.ts';

const transactions = 80;

/** A token account of the world, whether it is open or not. */
interface Account {
  at: Address;
  owner: KeyPairSigner;
  mint: Address;
  program: Address;
}

interface World {
  cluster: SolanaCluster;
  owners: KeyPairSigner[];
  accounts: Account[];
}

/** Three owners, each with an account of a token, of one that keeps a fee, and of wrapped SOL. */
async function build(cluster: SolanaCluster): Promise<World> {
  const owners = [await cluster.funded(), await cluster.funded(), await cluster.funded()];
  const [first] = owners;
  assert.ok(first, 'There is no owner');
  const accounts: Account[] = [];
  for (const [program, extensions] of [
    [tokenProgram, []],
    [token2022, [initializeTransferFee]],
  ] as const) {
    const mint = await cluster.funded(0n);
    const space = extensions.length === 0 ? 82 : 278;
    const create = createAccount(first.address, mint.address, { lamports: 5_000_000n, space, owner: program });
    const initialize = initializeMint(mint.address, first.address, 6, program);
    const fees = extensions.map((extension) => extension(mint.address, 250));
    await cluster.send(first, [create, ...fees, initialize], { signers: [mint] });
    for (const owner of owners) {
      const at = await tokenAccountOf(owner.address, mint.address, program);
      accounts.push({ at, owner, mint: mint.address, program });
      await cluster.send(first, [
        await openTokenAccount(first.address, owner.address, mint.address, program),
        mintTo(mint.address, at, first.address, 1_000_000n, program),
      ]);
    }
  }
  for (const owner of owners) {
    const at = await tokenAccountOf(owner.address, wrappedSol);
    accounts.push({ at, owner, mint: wrappedSol, program: tokenProgram });
    await cluster.send(first, [await openTokenAccount(first.address, owner.address, wrappedSol)]);
  }
  cluster.seal();
  return { cluster, owners, accounts };
}

async function randomInstruction({ owners, accounts }: World, dice: (bound: number) => number): Promise<Instruction[]> {
  const of = <T>(list: readonly T[]): T => list[dice(list.length)] as T;
  const [from, to] = [of(owners), of(owners)];
  const amount = BigInt(dice(400_000) + 1);
  const wrapped = accounts.filter((one) => one.mint === wrappedSol && one.owner === from).map(({ at }) => at);
  switch (dice(6)) {
    case 0:
      return [transferSol(from.address, to.address, amount)];
    case 1:
      return wrapped.flatMap((at) => [transferSol(to.address, at, amount), syncNative(at)]);
    case 2:
      return wrapped.map((at) => closeTokenAccount(at, to.address, from.address));
    case 3:
      return [await openTokenAccount(to.address, from.address, wrappedSol)];
    default: {
      const source = of(accounts);
      const { mint, program } = source;
      const target = of(accounts.filter((one) => one.mint === mint));
      const decimals = mint === wrappedSol ? 9 : 6;
      const move = { mint, program, decimals, from: source.at, to: target.at, owner: source.owner.address, amount };
      return [transferTokens(move)];
    }
  }
}

/** What each owner holds of each asset, by the accounts themselves, and the lamports of each of his token accounts. */
function holdings({ cluster: { svm }, owners, accounts }: World) {
  const coins = new Map(owners.map(({ address }) => [address as string, svm.getBalance(address) ?? 0n]));
  const rents = accounts.map(({ at }) => svm.getBalance(at) ?? 0n);
  const tokens = accounts.map(({ at }) => {
    const found = svm.getAccount(at);
    return found.exists ? Buffer.from(found.data).readBigUInt64LE(64) : 0n;
  });
  return { coins, rents, tokens };
}

/** What has arrived, as the accounts say: sorted texts of owner, asset and amount. */
function arrived(world: World, before: ReturnType<typeof holdings>, payer: KeyPairSigner, fee: bigint): string[] {
  const after = holdings(world);
  const gains = new Map<string, bigint>();
  const add = (owner: string, asset: string, units: bigint): void => {
    gains.set(`${owner} ${asset}`, (gains.get(`${owner} ${asset}`) ?? 0n) + units);
  };
  for (const [owner, units] of after.coins) add(owner, 'slip44:501', units - (before.coins.get(owner) ?? 0n));
  add(payer.address, 'slip44:501', fee);
  for (const [index, { owner, mint }] of world.accounts.entries()) {
    add(owner.address, `token:${mint}`, (after.tokens[index] ?? 0n) - (before.tokens[index] ?? 0n));
    // What lay in an account that was closed was its owner's.
    if (after.rents[index] === 0n) add(owner.address, 'slip44:501', -(before.rents[index] ?? 0n));
  }
  return [...gains].flatMap(([key, units]) => (units > 0n ? [`${key} ${units}`] : [])).sort();
}

const told = (rows: MinedVerdict['rows']): string[] =>
  rows.map(({ to, asset, amount }) => `${to} ${asset.slice(devnet.length + 1)} ${amount}`).sort();

/** What a raw Helius webhook makes of the same transaction; of SOL, what token accounts hold is nobody's. */
async function heliusTells({ cluster, accounts }: World, id: string): Promise<string[]> {
  const { transfers, unreadable } = readRawTransaction(
    parseJson(Buffer.from((await report(cluster.url, id)).text)),
    devnet,
  );
  assert.deepEqual(unreadable, []);
  return transfers
    .filter(({ asset, to }) => asset !== 'native' || !accounts.some(({ at }) => at === to))
    .map(({ asset, to, amount }) => {
      const name = asset === 'native' ? 'slip44:501' : `token:${(asset as { contract: string }).contract}`;
      return `${to} ${name} ${(amount as { units: bigint }).units}`;
    })
    .sort();
}

it('what arrived is the same by the accounts themselves, a look-up, the block, and a webhook of Helius', async (t) => {
  const cluster = await startSolana();
  t.after(() => cluster.close());
  const world = await build(cluster);
  const chain = solanaChain({ network: devnet, url: cluster.url });
  const dice = seeded(20_261_130);
  let failures = 0;
  let rows = 0;
  for (let count = 0; count < transactions; count += 1) {
    const payer = world.owners[dice(3)] as KeyPairSigner;
    const instructions: Instruction[] = [];
    for (let more = dice(4); more >= 0; more -= 1) instructions.push(...(await randomInstruction(world, dice)));
    const before = holdings(world);
    const signers = world.owners.filter(({ address }) =>
      instructions.some(({ accounts = [] }) => accounts.some((one) => one.address === address && one.role >= 2)),
    );
    const id = await cluster.send(payer, instructions, { signers, fails: 'perhaps' });
    const block = cluster.seal({ skipped: dice(3) });
    const verdict = (await chain.check({ transactionId: id })) as MinedVerdict;
    const fee = 5_000n * BigInt(new Set([payer, ...signers]).size);
    assert.deepEqual(told(verdict.rows), arrived(world, before, payer, fee));
    const found: ChainTransfer[] = [];
    const query = { fromBlock: block.number, toBlock: block.number, isOurs: () => true };
    for await (const one of chain.transfersTo?.(query) ?? []) found.push(...one.transfers);
    assert.deepEqual(told(found), told(verdict.rows));
    if (verdict.success) assert.deepEqual(await heliusTells(world, id), told(verdict.rows));
    else failures += 1;
    rows += verdict.rows.length;
  }
  assert.ok(failures > 5 && failures < transactions / 2, `${failures} of ${transactions} failed`);
  assert.ok(rows > transactions / 2, `Only ${rows} rows were compared`);
});
