import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { aptosChain } from '../../lib/chains/aptos.ts';
import type { ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import {
  type Answer,
  alice,
  answers,
  bob,
  event,
  hash,
  id,
  ledger,
  metadata,
  missing,
  pair,
  paired,
  recorded,
  testnet,
  token,
} from './aptos-answers.ts';
import { httpNode } from './http-node.ts';

const apt = `${testnet}/slip44:637`;
const store = '0xf739abb65036bfbc1d12653549394392eeaa9f67f24eeb22f69d81f5c053702a';
const bobs = '0x7a4842208fb122689ca0f33bdb43a6a6d1fc9af24fedff2f38646a5a95eb442e';
const coinType = '0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa::test_faucet::TestFaucetCoin';
const coin = `${testnet}/coin:0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa%3A%3Atest%5Ffaucet%3A%3ATestFaucetCoin`;
const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);

/** What a node says of the recorded transaction, as a test has changed it. */
async function checked(t: TestContext, change?: (answer: Answer) => void): Promise<MinedVerdict> {
  const node = await httpNode(t, answers(change));
  const verdict = await aptosChain({ network: testnet, url: node.url }).check({ transactionId: id });
  assert.equal(verdict.status, 'mined', reasonOf(verdict));
  return verdict as MinedVerdict;
}
const brief = ({ rows }: MinedVerdict) => rows.map(({ asset, to, amount }) => [asset, to, amount]);

describe('a transaction of Aptos', () => {
  it('moves a fungible asset to the owner of the store that its event names', async (t) => {
    const node = await httpNode(t, answers());
    const verdict = await aptosChain({ network: testnet, url: node.url }).check({ transactionId: id });
    assert.deepEqual(verdict, {
      status: 'mined',
      block: { number: 400_000_000n, hash },
      confirmations: 6,
      finalized: true,
      success: true,
      unseen: [],
      removed: [],
      rows: [{ asset: token, from: bob, to: alice, amount: 10_000n, position: 'event:1' }],
    });
    assert.deepEqual([...node.asked].sort(), ['/', '/', ...Object.keys(answers())].sort());
  });

  it('moves a coin of the older kind to the account of the handle that its event is of', async (t) => {
    const coinId = '0x06a6c25f3601895a3d3330f6ba4696fb8e677973aa56aa7b0ea362915bcff39c';
    const node = await httpNode(t, {
      '/': ledger({ chain_id: 1, block_height: '67467400' }),
      [`/transactions/by_hash/${coinId}`]: recorded('176278674-coin'),
      '/blocks/by_version/176278674?with_transactions=false': recorded('67467400-block'),
      '/blocks/by_height/67467400?with_transactions=false': recorded('67467400-block'),
    });
    const verdict = await aptosChain({ network: 'aptos:1', url: node.url }).check({ transactionId: coinId });
    assert.deepEqual((verdict as MinedVerdict).block, {
      number: 67_467_400n,
      hash: '0x65a99fc435368aef999ebd6ce962347ae15adb659de5a5e4f4fd3e5736eead70',
    });
    assert.deepEqual((verdict as MinedVerdict).rows, [
      {
        asset: 'aptos:1/slip44:637',
        from: '0x80174e0fe8cb2d32b038c6c888dd95c3e1560736f0d4a6e8bed6ae43b5c91f6f',
        to: '0xcdaa56944a811c22398165b6c885b8aaad39fe7b91b008bb6334d639cbaec8f7',
        amount: 140_099_000_000n,
        position: 'event:1',
      },
    ]);
  });

  it('moves APT whichever of its two kinds it is', async (t) => {
    const verdict = await checked(t, ({ changes }) => {
      for (const { data } of changes) if (data?.data.metadata) data.data.metadata = { inner: '0xa' };
    });
    assert.deepEqual(brief(verdict), [[apt, alice, 10_000n]]);
  });

  it('moves nothing if it failed', async (t) => {
    const verdict = await checked(t, (answer) => {
      Object.assign(answer, { success: false, vm_status: 'Move abort in 0x1::coin: EINSUFFICIENT_BALANCE(0x10006)' });
    });
    assert.deepEqual([verdict.success, verdict.rows], [false, []]);
  });

  it('moves to the owner of a secondary store, whatever its address', async (t) => {
    const carol = `0x${'c0'.repeat(32)}`;
    const verdict = await checked(t, ({ changes }) => {
      for (const { address, data } of changes) {
        if (address === store && data?.type === '0x1::object::ObjectCore') data.data.owner = carol;
      }
    });
    assert.deepEqual(brief(verdict), [[token, carol, 10_000n]]);
  });

  it('moves what arrived, whatever a dispatchable asset keeps of what was sent', async (t) => {
    // A part is burnt on the way; or the hook of the deposit takes a part out of the store again (AIP-73).
    const burnt = await checked(t, ({ events: [, deposited] }) => {
      Object.assign(deposited?.data ?? {}, { amount: '9900' });
    });
    const taken = await checked(t, ({ events }) => {
      events.push(event('0x1::fungible_asset::Withdraw', { store, amount: '100' }));
    });
    for (const verdict of [burnt, taken]) assert.deepEqual(brief(verdict), [[token, alice, 9_900n]]);
  });

  const without = (address: string, { changes }: Answer): void => {
    changes.splice(0, changes.length, ...changes.filter((one) => one.address !== address));
  };

  it('moves nothing to a store that it deletes again, and nothing to its owner from one that it deletes', async (t) => {
    const deletion = event('0x1::fungible_asset::FungibleStoreDeletion', { store, owner: alice, metadata });
    const closed = await checked(t, (answer) => {
      without(store, answer);
      answer.events.push(event('0x1::fungible_asset::Withdraw', { store, amount: '10000' }), deletion);
    });
    assert.deepEqual(closed.rows, []);
    // All that is in a secondary store of Bob's goes to his primary one.
    const second = `0x${'5e'.repeat(32)}`;
    const emptied = await checked(t, (answer) => {
      const [withdrawn, deposited] = answer.events;
      Object.assign(withdrawn?.data ?? {}, { store: second });
      Object.assign(deposited?.data ?? {}, { store: bobs });
      answer.events.push(event('0x1::fungible_asset::FungibleStoreDeletion', { store: second, owner: bob, metadata }));
    });
    assert.deepEqual(emptied.rows, []);
    // Versions of the framework before that event leave no trace of a store that the transaction opens and closes.
    const untraced = await checked(t, (answer) => {
      without(store, answer);
      answer.events.push(event('0x1::fungible_asset::Withdraw', { store, amount: '10000' }));
    });
    assert.deepEqual(untraced.rows, []);
  });

  it('is not believed if something stays in a store that it does not show', async (t) => {
    for (const change of [
      (answer: Answer) => without(store, answer),
      ({ changes }: Answer) => {
        changes.splice(0, changes.length, ...changes.filter((one) => one.data?.type !== '0x1::object::ObjectCore'));
      },
      ({ events }: Answer) => {
        const guid = { creation_number: '2', account_address: alice };
        events.push({ ...event('0x1::coin::DepositEvent', { amount: '5' }), guid });
      },
      ({ events }: Answer) => Object.assign(events[1]?.data ?? {}, { amount: '1.5' }),
    ]) {
      const node = await httpNode(t, answers(change));
      const verdict = await aptosChain({ network: testnet, url: node.url }).check({ transactionId: id });
      assert.match(reasonOf(verdict), /by_hash\/0x17df\w+ is not that of an Aptos node/);
    }
  });

  it('is read whatever types of coins stand beside those that a policy can list', async (t) => {
    const verdict = await checked(t, ({ events }) => {
      const coin_type = `0xbad::a::B<${'0xbad::a::C,'.repeat(200)}0xbad::a::D>`;
      events.push(event('0x1::coin::CoinDeposit', { coin_type, account: alice, amount: '5' }));
    });
    assert.deepEqual(brief(verdict), [[token, alice, 10_000n]]);
  });

  it('of another module moves nothing: an event is of the framework, or of nobody', async (t) => {
    const verdict = await checked(t, ({ events }) => {
      for (const one of events) one.type = one.type.replace('0x1::', '0xbad::');
    });
    assert.deepEqual(verdict.rows, []);
  });

  it('moves nothing if an account sends to itself, and else what it has gained', async (t) => {
    const toSelf = await checked(t, ({ events }) => {
      Object.assign(events[1]?.data ?? {}, { store: bobs });
    });
    assert.deepEqual(toSelf.rows, []);
    const gained = await checked(t, ({ events }) => {
      events.push(event('0x1::fungible_asset::Withdraw', { store, amount: '4000' }));
    });
    assert.deepEqual(brief(gained), [[token, alice, 6_000n]]);
  });

  it('moves each of several deposits to one account', async (t) => {
    const verdict = await checked(t, ({ events }) => {
      for (const amount of ['10000', '7', '0']) events.push(event('0x1::fungible_asset::Deposit', { store, amount }));
    });
    assert.deepEqual(
      verdict.rows.map(({ amount, position }) => [amount, position]),
      [
        [10_000n, 'event:1'],
        [10_000n, 'event:3'],
        [7n, 'event:4'],
      ],
    );
  });

  it('moves nothing where the balance of a coin becomes that of a fungible asset, which anybody can bring about', async (t) => {
    const deletion = { event_handle_creation_address: alice, deleted_deposit_event_handle_creation_number: '2' };
    for (const type of ['0x1::coin::CoinEventHandleDeletion', '0x1::coin::CoinStoreDeletion']) {
      const own = await checked(t, ({ events }) => void events.splice(1, 0, event(type, deletion)));
      assert.deepEqual([own.rows, own.unseen], [[], [token]]);
      const other = { ...deletion, event_handle_creation_address: bob };
      const ofOther = await checked(t, ({ events }) => void events.splice(1, 0, event(type, other)));
      assert.deepEqual([brief(ofOther), ofOther.unseen], [[[token, alice, 10_000n]], []]);
    }
  });

  it('counts once a coin of which two events tell, and each that one event tells', async (t) => {
    const coinId = '0x06a6c25f3601895a3d3330f6ba4696fb8e677973aa56aa7b0ea362915bcff39c';
    const to = '0xcdaa56944a811c22398165b6c885b8aaad39fe7b91b008bb6334d639cbaec8f7';
    const module = (amount: string) =>
      event('0x1::coin::CoinDeposit', { coin_type: '0x1::aptos_coin::AptosCoin', account: to, amount });
    const guid = { creation_number: '2', account_address: to };
    const handle = { ...event('0x1::coin::DepositEvent', { amount: '140099000000' }), guid };
    for (const [added, amounts] of [
      [[module('140099000000')], [140_099_000_000n]],
      [
        [module('140099000000'), module('140099000000')],
        [140_099_000_000n, 140_099_000_000n],
      ],
      [[module('5')], [140_099_000_000n, 5n]],
      [
        [handle, module('140099000000')],
        [140_099_000_000n, 140_099_000_000n],
      ],
    ] as const) {
      const node = await httpNode(t, {
        '/': ledger({ chain_id: 1, block_height: '67467400' }),
        [`/transactions/by_hash/${coinId}`]: recorded('176278674-coin', ({ events }) => void events.push(...added)),
        '/blocks/by_version/176278674?with_transactions=false': recorded('67467400-block'),
        '/blocks/by_height/67467400?with_transactions=false': recorded('67467400-block'),
      });
      const verdict = await aptosChain({ network: 'aptos:1', url: node.url }).check({ transactionId: coinId });
      assert.deepEqual(
        (verdict as MinedVerdict).rows.map(({ amount }) => amount),
        amounts,
      );
    }
  });

  it('has one name, its metadata or the type of its coin, whatever a report calls it', async (t) => {
    const node = await httpNode(t, { ...answers(), [paired]: pair });
    const claim = (asset: string) => ({ asset, to: alice, amount: 10_000n });
    const stranger = `${testnet}/coin:0xbad%3A%3Aa%3A%3AB`;
    for (const [coins, asset, other] of [
      [[], token, coin],
      [['0xbad::a::B'], token, coin],
      [[coinType], coin, token],
    ] as const) {
      const chain = aptosChain({ network: testnet, url: node.url, coins });
      for (const [claims, unseen] of [
        [[], []],
        [[claim(asset)], []],
        [[claim(other)], [other]],
        [[claim(asset), claim(other)], [other]],
        [[claim(stranger)], []],
      ] as const) {
        const verdict = (await chain.check({ transactionId: id, claims })) as MinedVerdict;
        assert.deepEqual([brief(verdict), verdict.unseen], [[[asset, alice, 10_000n]], unseen]);
      }
    }
    node.answers[paired] = missing('resource_not_found');
    const chain = aptosChain({ network: testnet, url: node.url, coins: [coinType] });
    const never = (await chain.check({ transactionId: id, claims: [claim(coin)] })) as MinedVerdict;
    assert.deepEqual([brief(never), never.unseen], [[[token, alice, 10_000n]], []]);
  });
});
