import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Address, beginCell, Cell, type Transaction } from '@ton/core';
import type { ChainClaim, ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { tonChain } from '../../lib/chains/ton.ts';
import { comment, internalTransferBody, mirror, notificationBody, ops, wallet } from './ton/contracts.ts';
import { blockHash, coin, idOf, jettonAsset, mainnet, raw } from './ton/toncenter.ts';
import { accountNamed, at, forgedDeposit, oneTon, tonWorld, type World } from './ton/world.ts';

// Contracts that TON's own virtual machine has run, behind an index that answers as toncenter does.

const chainOf = ({ node, usd }: World) =>
  tonChain({ network: mainnet, url: node.url, assets: [{ asset: jettonAsset(usd) }, { asset: coin }] });

async function check(world: World, one: Transaction | undefined, claims: ChainClaim[] = []): Promise<MinedVerdict> {
  assert.ok(one, 'there is such a transaction');
  const verdict: ChainVerdict = await chainOf(world).check({ transactionId: idOf(one), claims });
  assert.equal(verdict.status, 'mined', verdict.status === 'unknown' ? verdict.reason : verdict.status);
  return verdict as MinedVerdict;
}

/** What arrived by a transaction, with whether it succeeded, and what cannot be told of these claims. */
async function arrived(world: World, one: Transaction | undefined, claims: ChainClaim[] = []): Promise<unknown> {
  const { success, rows, unseen } = await check(world, one, claims);
  return [success, rows.map(({ asset, to, amount, memo }) => [asset, to, amount, memo]), unseen];
}

/** What reconcile finds in a new block with these transactions. */
async function found(world: World, transactions: readonly Transaction[], isOurs = (_: string) => true) {
  const number = BigInt(world.node.mine(transactions));
  const range = { fromBlock: number, toBlock: number, isOurs: (one: { address: string }) => isOurs(one.address) };
  const rows: [string, string, string, bigint, string | undefined][] = [];
  for await (const { transfers } of chainOf(world).transfersTo?.(range) ?? []) {
    for (const { transactionId, asset, to, amount, memo } of transfers)
      rows.push([transactionId, asset, to, amount, memo]);
  }
  return rows;
}

const claimOf = (asset: string, to: Address, amount = 1n): ChainClaim => ({ asset, to: raw(to), amount });
const nothing = [true, [], []];

test('coins with a comment are read from the masterchain, with their memo, and asked for to the letter', async (t) => {
  const world = await tonWorld(t);
  const { node, ours, alice, pay } = world;
  const [paid] = at(await pay(ours, 5n * oneTon, comment('10042')), ours);
  const number = node.mine([paid as Transaction]);
  const verdict = await check(world, paid);
  assert.deepEqual(verdict.block, { number: BigInt(number), hash: blockHash(number).toString('hex') });
  assert.deepEqual([verdict.success, verdict.confirmations, verdict.finalized, verdict.unseen], [true, 1, true, []]);
  assert.deepEqual(verdict.rows, [
    { asset: coin, from: raw(alice.address), to: raw(ours), amount: 5n * oneTon, memo: '10042', position: 'native' },
  ]);
  const [account, lt, hash] = [encodeURIComponent(raw(ours)), paid?.lt, paid?.hash().toString('hex')];
  assert.deepEqual(node.asked, [
    '/api/v3/masterchainInfo',
    `/api/v3/transactions?account=${account}&lt=${lt}&hash=${hash}`,
    `/api/v3/blocks?workchain=-1&shard=8000000000000000&seqno=${number}`,
    '/api/v3/masterchainInfo',
  ]);
  // As the virtual machine has it: an account without a contract keeps what is not bounceable, though its transaction is "aborted".
  assert.equal(paid?.description.type === 'generic' && paid.description.aborted, true);
  assert.equal(await world.coinsOf(ours), 5n * oneTon);
});

test('coins that went back are no deposit, whatever else the transaction says', async (t) => {
  const world = await tonWorld(t);
  const { node, ours, pay, alice, usd } = world;
  const contract = wallet(alice.address, usd).address;
  const before = await world.coinsOf(contract);
  // Bounceable to an account without a contract, and to a contract that refuses the message.
  const returned = [await pay(ours, oneTon, comment('1'), true), await pay(contract, oneTon, comment('1'), true)];
  node.mine(returned.flat());
  for (const [index, account] of [ours, contract].entries()) {
    const [one] = at(returned[index] ?? [], account);
    assert.deepEqual(await arrived(world, one, [claimOf(coin, account)]), [false, [], []]);
    // What came back to the sender is nothing that he was sent.
    const back = at(returned[index] ?? [], alice.address).at(-1);
    assert.deepEqual(await arrived(world, back, [claimOf(coin, alice.address)]), nothing);
  }
  assert.equal(await world.coinsOf(ours), 0n);
  assert.ok((await world.coinsOf(contract)) <= before, 'the contract kept nothing');
  // Too few to go back.
  const dust = await pay(contract, 1_000n, comment('1'), true);
  const [tooFew] = at(dust, contract);
  assert.ok(
    tooFew?.description.type === 'generic' && tooFew.description.bouncePhase?.type === 'no-funds',
    'it has no funds',
  );
  assert.deepEqual(await found(world, dust), []);
  assert.deepEqual(await arrived(world, tooFew, [claimOf(coin, contract)]), [false, [], []]);
  // The same, not bounceable: the contract fails, and the coins stay.
  const kept = await pay(contract, oneTon, comment('1'));
  node.mine(kept);
  assert.deepEqual(await arrived(world, at(kept, contract)[0]), [true, [[coin, raw(contract), oneTon, '1']], []]);
  assert.ok((await world.coinsOf(contract)) > before + oneTon / 2n, 'the contract kept them');
  assert.deepEqual(await found(world, returned.flat()), []);
});

test('change, coins of a notice and payouts of contracts are neither confirmed nor denied, and not found', async (t) => {
  const world = await tonWorld(t);
  const { ours, alice, node, pay, send } = world;
  const of = (op: number): Cell => beginCell().storeUint(op, 32).storeUint(0, 64).endCell();
  const strange = [ops.excesses, ops.notification, 0x05138d91, 0x6f89f5e3].map(of);
  const short = beginCell().storeUint(1, 8).endCell();
  const referring = beginCell().storeRef(new Cell()).endCell();
  for (const body of [...strange, short, referring]) {
    const [one] = at(await send(accountNamed('contract'), ours, oneTon, body), ours);
    assert.deepEqual(await found(world, [one as Transaction]), []);
    assert.deepEqual(await arrived(world, one, [claimOf(coin, ours)]), [true, [], [coin]]);
  }
  // A contract of ours that sends to its sender: how much stays, nobody can tell.
  const mirrored = await pay(mirror.address, oneTon, comment('1'));
  assert.equal(at(mirrored, alice.address).length, 2, 'the sender was sent something');
  assert.deepEqual(await found(world, mirrored, (address) => address === raw(mirror.address)), []);
  assert.deepEqual(await arrived(world, at(mirrored, mirror.address)[0], [claimOf(coin, mirror.address)]), [
    ...[true, [], [coin]],
  ]);
  // Nobody but ourselves sends from outside, and what we pay ourselves moves nothing.
  const own = await pay(alice.address, oneTon, comment('1'));
  node.mine(own);
  for (const one of own) assert.deepEqual(await arrived(world, one, [claimOf(coin, alice.address)]), nothing);
});

test('only a text comment is a memo', async (t) => {
  const world = await tonWorld(t);
  const { ours, node, pay } = world;
  const long = 'memo '.repeat(100).trim();
  const bytes = (...parts: (string | number)[]): Cell => {
    const body = beginCell().storeUint(0, 32);
    for (const part of parts) typeof part === 'string' ? body.storeBuffer(Buffer.from(part)) : body.storeUint(1, part);
    return body.endCell();
  };
  const encrypted = beginCell().storeUint(ops.encryptedComment, 32).storeBuffer(Buffer.from('10042')).endCell();
  const cases: [body: Cell | undefined, memo: string | undefined][] = [
    [undefined, undefined],
    [comment(''), undefined],
    [comment('10042'), '10042'],
    [comment(' 10042 '), ' 10042 '],
    [comment('\u041f\u0440\u0438\u0432\u0435\u0442'), '\u041f\u0440\u0438\u0432\u0435\u0442'],
    [comment(long), long],
    // NUL cannot be stored, and without it the memo might name somebody.
    [comment('100\u000042'), '100\ufffd42'],
    [encrypted, undefined],
    [bytes('10042', 4), undefined],
  ];
  for (const [body, memo] of cases) {
    const paid = at(await pay(ours, oneTon, body), ours);
    node.mine(paid);
    assert.deepEqual(await arrived(world, paid[0]), [true, [[coin, raw(ours), oneTon, memo]], []]);
  }
});

test('jettons are a deposit of the owner by what his own wallet carried out, also without a notice', async (t) => {
  const world = await tonWorld(t);
  const { ours, usd, alice, payJettons } = world;
  const asset = jettonAsset(usd);
  const account = wallet(ours, usd).address;
  const inline = beginCell().storeUint(0, 32).storeBuffer(Buffer.from('7')).endCell();
  const cases: [transfer: object, memo: string | undefined][] = [
    [{ forward: 1n, payload: comment('10042') }, '10042'],
    [{ forward: 0n, payload: comment('10042') }, '10042'],
    [{ forward: 0n }, undefined],
    [{ forward: 1n, payload: inline, inline: true }, '7'],
    [{ forward: 1n, payload: beginCell().storeUint(7, 32).endCell() }, undefined],
    [{ forward: 1n, payload: beginCell().storeUint(7, 8).endCell() }, undefined],
  ];
  let sum = 0n;
  for (const [index, [transfer, memo]] of cases.entries()) {
    const amount = 10n ** 16n + BigInt(index);
    sum += amount;
    const steps = await payJettons({ amount, party: ours, ...transfer });
    const [one] = at(steps, account);
    assert.ok(one, 'the wallet was told');
    assert.equal(at(steps, ours).length, 'forward' in transfer && transfer.forward === 1n ? 1 : 0);
    assert.deepEqual(await found(world, steps, (address) => address === raw(ours)), [
      [idOf(one), asset, raw(ours), amount, memo],
    ]);
    const { rows } = await check(world, one, [claimOf(asset, ours, amount)]);
    assert.deepEqual(rows, [
      {
        ...{ asset, from: raw(alice.address), to: raw(ours), amount },
        ...(memo === undefined ? {} : { memo }),
        position: 'native',
      },
    ]);
    // The steps before and after it are no deposits under ids of their own.
    const wallets = wallet(alice.address, usd).address;
    const claims = [claimOf(asset, ours, amount)];
    assert.deepEqual(await arrived(world, at(steps, wallets)[0], claims), [true, [], [asset]]);
    for (const notice of at(steps, ours)) assert.deepEqual(await arrived(world, notice, claims), [true, [], [asset]]);
  }
  assert.equal(await world.jettonsOf(ours), sum);
});

test('a wallet that only says to be of the jetton is none, and neither is its notice', async (t) => {
  const world = await tonWorld(t);
  const { ours, usd, node, alice, payJettons, newJetton, send } = world;
  const asset = jettonAsset(usd);
  const stranger = accountNamed('stranger');
  const { account, transactions } = await forgedDeposit(world, {
    owner: ours,
    master: usd,
    amount: 10n ** 12n,
    stranger,
  });
  const { stackReader: says } = await node.chain.runGetMethod(account, 'get_wallet_data');
  assert.deepEqual(
    [says.readBigNumber(), raw(says.readAddress()), raw(says.readAddress())],
    [...[10n ** 12n, raw(ours), raw(usd)]],
  );
  assert.deepEqual(await found(world, transactions), []);
  const claims = [claimOf(asset, ours, 10n ** 12n)];
  assert.deepEqual(await arrived(world, at(transactions, account)[0], claims), nothing);
  assert.deepEqual(await arrived(world, at(transactions, account)[0]), nothing);
  assert.deepEqual(await arrived(world, at(transactions, ours)[0], claims), nothing);
  // A notice alone, from anybody.
  const notice = await send(stranger, ours, oneTon, notificationBody({ amount: 10n ** 12n, party: alice.address }));
  assert.deepEqual(await found(world, notice), []);
  assert.deepEqual(await arrived(world, at(notice, ours)[0], claims), nothing);
  // Another jetton of the same name.
  const other = await newJetton(2);
  const steps = await payJettons({ amount: 5n, party: ours, forward: 1n }, other);
  assert.deepEqual(await found(world, steps), []);
  const mine = at(steps, wallet(ours, other).address)[0];
  assert.deepEqual(await arrived(world, mine, [claimOf(asset, ours, 5n)]), nothing);
  assert.deepEqual(await arrived(world, mine, [claimOf(jettonAsset(other), ours, 5n)]), [
    true,
    [],
    [jettonAsset(other)],
  ]);
});

test('jettons that the wallet did not take are no deposit', async (t) => {
  const world = await tonWorld(t);
  const { ours, usd, alice, payJettons, send } = world;
  await payJettons({ amount: 1n, party: ours });
  const real = wallet(ours, usd);
  const told = internalTransferBody({ amount: 10n ** 12n, party: alice.address, forward: 1n });
  const claims = [claimOf(jettonAsset(usd), ours, 10n ** 12n)];
  // From a stranger, and from the owner's own account: the wallet takes them from wallets of the jetton alone.
  for (const from of [accountNamed('stranger'), ours]) {
    for (const bounce of [true, false]) {
      const refused = await send(from, real.address, oneTon, told, bounce);
      assert.deepEqual(await found(world, refused), []);
      assert.deepEqual(await arrived(world, at(refused, real.address)[0], claims), [!bounce, [], []]);
    }
  }
  // From the right wallet, with too few coins for what it is told to send on: it undoes all.
  const dear = internalTransferBody({ amount: 10n ** 12n, party: alice.address, forward: 100n * oneTon });
  const poor = await send(wallet(alice.address, usd).address, real.address, oneTon, dear);
  const [undone] = at(poor, real.address);
  assert.ok(
    undone?.description.type === 'generic' && undone.description.actionPhase?.success === false,
    'its actions failed',
  );
  assert.deepEqual(await found(world, poor), []);
  // Beside one that it took, in the same block.
  const taken = await payJettons({ amount: 1n, party: ours });
  const beside = await found(world, [...poor, ...taken], (address) => address === raw(ours));
  assert.deepEqual(
    beside.map(([, , , amount]) => amount),
    [1n],
  );
  assert.deepEqual(await arrived(world, undone, claims), nothing);
  assert.equal(await world.jettonsOf(ours), 2n);
  // What an owner sends to himself.
  const own = await payJettons({ amount: 7n, party: alice.address });
  const isAlice = (address: string): boolean => address === raw(alice.address);
  assert.deepEqual(
    (await found(world, own, isAlice)).filter(([, asset]) => asset === jettonAsset(usd)),
    [],
  );
});

test('equal payments in one transaction of the sender are transactions of their own at the recipient', async (t: TestContext) => {
  const world = await tonWorld(t);
  const { ours, alice } = world;
  const { internal } = await import('@ton/core');
  const same = internal({ to: ours, value: oneTon, bounce: false, body: comment('10042') });
  const { transactions } = await alice.sendMessages([same, same]);
  const rows = await found(world, transactions);
  assert.equal(new Set(rows.map(([id]) => id)).size, 2);
  for (const [, ...row] of rows) assert.deepEqual(row, [coin, raw(ours), oneTon, '10042']);
});
