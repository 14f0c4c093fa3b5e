import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '../../lib/policy/compile-policy.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { bitcoin, bitcoinNetwork, compile, counting, ether, refuses, ripple, rulesOn } from '../deposits/policies.ts';

describe('policy', () => {
  it('must be an object whose every key is known, and a misspelt one is named with the right one', () => {
    for (const policy of [undefined, null, 'any', 5]) {
      assert.throws(() => compilePolicy(policy as never, [], { chains: new Set(), warn: () => {} }), {
        code: 'OPTION_INVALID',
      });
    }
    refuses({ confirmation: { 'eip155:1': 5 } }, /policy\.confirmation: .*Did you mean confirmations\?/);
    refuses({ isMine: () => true }, /policy\.isMine: .*Known: assets, accounts, isOurs/);
    refuses({ assets: [{ ...ether, minimun: 5n }] }, /policy\.assets\[0\]\.minimun: .*Did you mean minimum\?/);
  });

  it('never has a default for what may be credited', () => {
    refuses({ assets: undefined }, /policy\.assets/);
    refuses({ assets: [] }, /policy\.assets/);
    refuses({ assets: 'all' }, /policy\.assets/);
    refuses({ isOurs: undefined }, /policy\.accounts: is required, or policy\.isOurs/);
  });

  it('takes functions only where it asks', () => {
    for (const key of ['isOurs', 'isOwnSender', 'hold'])
      refuses({ [key]: true }, new RegExp(`policy\\.${key}: must be a function`));
  });

  it('calls its functions as its own methods', () => {
    class Wallets implements Policy {
      assets = [ether];
      #known = new Set(['0xa']);
      isOurs({ address }: { address: string }): boolean {
        return this.#known.has(address);
      }
    }
    const compiled = compilePolicy(new Wallets(), [counting], { chains: new Set(), warn: () => {} });
    assert.equal(compiled.isOurs({ network: 'eip155:1', address: '0xa' }), true);
    assert.equal(compiled.isOurs({ network: 'eip155:1', address: '0xb' }), false);
    assert.equal(compiled.isOwnSender({ network: 'eip155:1', address: '0xa' }), false);
  });
});

describe('policy.assets', () => {
  it('are found by their canonical CAIP-19, however they were written', () => {
    const { assetOf, listsAny } = compile({
      assets: [{ asset: 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7', decimals: 6, minimum: 5n }],
    });
    assert.equal(assetOf('eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7')?.minimum, 5n);
    assert.equal(assetOf(ether.asset), undefined);
    assert.equal(listsAny, false);
    assert.equal(compile({ assets: 'any' }).listsAny, true);
  });

  it('are refused where they cannot be understood', () => {
    const bad = (more: object): void => refuses({ assets: [{ ...ether, ...more }] }, /policy\.assets\[0\]/);
    for (const asset of [undefined, 5, '', 'ETH', 'eip155:1', 'eip155:1/slip44:0', 'nowhere:1/slip44:60'])
      bad({ asset });
    for (const asset of ['eip155:1/erc20:0x12', 'eip155:1/erc721:0xdac17f958d2ee523a2206206994597c13d831ec7'])
      bad({ asset });
    for (const decimals of [undefined, -1, 78, 1.5, Number.NaN, '18', 18n]) bad({ decimals });
    for (const minimum of [0n, -1n, 5, '5']) bad({ minimum });
    for (const memo of ['optional', true, 'required']) bad({ memo });
    for (const balanceDelta of [1, 'yes']) bad({ balanceDelta });
    for (const emitters of ['0x12', ['0x12']]) bad({ emitters });
    refuses({ assets: [ether, { ...ether }] }, /policy\.assets\[1\]\.asset: .*listed twice/);
    refuses({ assets: [null] }, /policy\.assets\[0\]/);
  });

  it('must have the decimals of the coin where the coin is known', () => {
    refuses({ assets: [{ ...ether, decimals: 8 }] }, /must be 18, the decimals of ETH/);
  });
});

describe('policy.confirmations', () => {
  it('take the default of the registry where the policy says nothing', () => {
    const policy = compile({ assets: [ether, bitcoin], confirmations: { [bitcoinNetwork]: 3 } });
    assert.equal(policy.confirmations('eip155:1', 1n), 12);
    assert.equal(policy.confirmations(bitcoinNetwork, 1n), 3);
  });

  it('are counted by amount where the policy has tiers', () => {
    const tiers = [
      { from: 0n, confirmations: 3 },
      { from: 100n, confirmations: 6 },
      { from: 1000n, confirmations: 64 },
    ];
    const policy = compile({ confirmations: { 'eip155:1': tiers } });
    const { confirmations } = rulesOn(policy, 'eip155:1');
    assert.ok(typeof confirmations === 'function');
    for (const [amount, wanted] of [
      [0n, 3],
      [99n, 3],
      [100n, 6],
      [999n, 6],
      [1000n, 64],
      [10n ** 30n, 64],
    ] as const) {
      assert.equal(policy.confirmations('eip155:1', amount), wanted);
      assert.equal(confirmations(amount), wanted);
    }
  });

  it('may name a network by an alias, once', () => {
    assert.equal(compile({ confirmations: { ethereum: 7 } }).confirmations('eip155:1', 1n), 7);
    refuses({ confirmations: { ethereum: 7, 'eip155:1': 8 } }, /has two rules/);
  });

  it('are refused where they cannot be understood, zero first of all', () => {
    const bad = (rule: unknown, message = /policy\.confirmations/): void =>
      refuses({ confirmations: { 'eip155:1': rule } }, message);
    bad(0, /must not be 0/);
    for (const rule of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '12', null, undefined, 'final', {}, []])
      bad(rule);
    bad([{ from: 1n, confirmations: 3 }], /from: 0n/);
    bad([{ from: 0, confirmations: 3 }]);
    bad([{ from: 0n, confirmations: 0 }], /must not be 0/);
    bad(
      [
        { from: 0n, confirmations: 3 },
        { from: 5, confirmations: 6 },
      ],
      /bigint/,
    );
    bad(
      [
        { from: 0n, confirmations: 3 },
        { from: 0n, confirmations: 6 },
      ],
      /sorted/,
    );
    bad(
      [
        { from: 0n, confirmations: 6 },
        { from: 5n, confirmations: 3 },
      ],
      /must not need fewer/,
    );
    refuses({ confirmations: { 'eip155:x': 3 } }, /"eip155:x" is not a known network/);
    refuses({ confirmations: [3] }, /must be an object/);
  });

  it("take 'finalized' only beside a chain check of that network", () => {
    refuses({ confirmations: { 'eip155:1': 'finalized' } }, /requires a check for eip155:1 in chains/);
    refuses({ confirmations: { 'eip155:1': 'finalized' } }, /requires a check for .* in chains/, {
      chains: ['eip155:137'],
    });
    const policy = compile({ confirmations: { 'eip155:1': 'finalized' } }, { chains: ['eip155:1'] });
    assert.equal(policy.confirmations('eip155:1', 1n), 'finalized');
    assert.equal(rulesOn(policy, 'eip155:1').chainRequired, true);
  });
});

describe('policy.frozen', () => {
  it('is a list of known networks, or a function that is asked each time', () => {
    assert.deepEqual([...compile({}).frozen()], []);
    assert.deepEqual([...compile({ frozen: ['eip155:1', 'polygon'] }).frozen()], ['eip155:1', 'eip155:137']);
    let frozen: string[] = [];
    const policy = compile({ frozen: () => frozen });
    assert.deepEqual([...policy.frozen()], []);
    frozen = ['eip155:1'];
    assert.deepEqual([...policy.frozen()], ['eip155:1']);
    frozen = ['eip155:l'];
    assert.throws(() => policy.frozen(), { code: 'NETWORK_UNKNOWN' });
  });

  it('is refused where it cannot be understood', () => {
    refuses({ frozen: ['eip155:l'] }, /policy\.frozen: "eip155:l" is not a known network/);
    refuses({ frozen: 'eip155:1' }, /policy\.frozen/);
    refuses({ frozen: [5] }, /policy\.frozen/);
  });
});

describe('rulesFor', () => {
  it('gives the fold what it needs of the network, the policy and the providers', () => {
    const providers = [{ name: 'a', reportsConfirmations: { ethereum: 12 }, reportsMemos: false, trustMined: true }];
    const rules = rulesOn(compile({}, { providers }), 'eip155:1');
    const { providers: byName, ...rest } = rules;
    assert.deepEqual(rest, {
      network: 'eip155:1',
      keyedBy: 'transaction',
      confirmations: 12,
      reorgDepth: 64,
      quorum: 1,
      chainRequired: false,
      networkHasMemos: false,
      paysOnce: false,
    });
    const { reportsConfirmations, reportsMemos, trustMined } = byName.a ?? {};
    assert.deepEqual([reportsConfirmations, reportsMemos, trustMined], [{ 'eip155:1': 12 }, false, true]);
  });

  it('tells payments and networks with memos apart, and makes each set of rules once', () => {
    const policy = compile({ assets: [ether, ripple] });
    assert.equal(rulesOn(policy, 'xrpl:0').networkHasMemos, true);
    assert.equal(rulesOn(policy, 'eip155:1', 'shop/1').keyedBy, 'payment');
    assert.equal(rulesOn(policy, 'eip155:1'), rulesOn(policy, 'eip155:1'));
  });
});
