import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CompiledPolicy, compilePolicy, type ProviderTraits } from '../../lib/deposits/compile-policy.ts';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { ListedAsset, Policy } from '../../lib/deposits/policy.ts';

const counting: ProviderTraits = {
  name: 'counting',
  keyedBy: 'transaction',
  reportsConfirmations: 'count',
  reportsMemos: true,
  sendsRemovals: true,
  trustMined: false,
};
const ether: ListedAsset = { asset: 'eip155:1/slip44:60', decimals: 18 };
const bitcoin: ListedAsset = { asset: 'bip122:000000000019d6689c085ae165831e93/slip44:0', decimals: 8 };
const ripple: ListedAsset = { asset: 'xrpl:0/slip44:144', decimals: 6, memo: 'required' };
const bitcoinNetwork = 'bip122:000000000019d6689c085ae165831e93';

interface Given {
  providers?: readonly Partial<ProviderTraits>[];
  chains?: readonly string[];
  warnings?: string[];
}

function compile(
  policy: Partial<Policy>,
  { providers = [{}], chains = [], warnings = [] }: Given = {},
): CompiledPolicy {
  return compilePolicy(
    { assets: [ether], isOurs: () => true, ...policy },
    providers.map((traits) => ({ ...counting, ...traits })),
    { chains: new Set(chains), warn: (text) => warnings.push(text) },
  );
}

function refuses(policy: object, message: RegExp, given?: Given): void {
  assert.throws(() => compile(policy as Partial<Policy>, given), { code: 'OPTION_INVALID', message });
}

const rulesOn = (policy: CompiledPolicy, network: string, payment?: string): FoldRules =>
  policy.rulesFor({ network, asset: '', to: '', transactionId: '', ...(payment === undefined ? {} : { payment }) });

describe('policy', () => {
  it('must be an object whose every key is known, and a misspelt one is named with the right one', () => {
    for (const policy of [undefined, null, 'any', 5]) {
      assert.throws(() => compilePolicy(policy as never, [], { chains: new Set(), warn: () => {} }), {
        code: 'OPTION_INVALID',
      });
    }
    refuses({ confirmation: { 'eip155:1': 5 } }, /policy\.confirmation: .*did you mean confirmations\?/);
    refuses({ isMine: () => true }, /policy\.isMine: .*known are assets, isOurs/);
    refuses({ assets: [{ ...ether, minimun: 5n }] }, /policy\.assets\[0\]\.minimun: .*did you mean minimum\?/);
  });

  it('never has a default for what may be credited', () => {
    refuses({ assets: undefined }, /policy\.assets/);
    refuses({ assets: [] }, /policy\.assets/);
    refuses({ assets: 'all' }, /policy\.assets/);
    refuses({ isOurs: undefined }, /policy\.isOurs/);
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
    refuses({ confirmations: { 'eip155:1': 'finalized' } }, /needs chains with a check for eip155:1/);
    refuses({ confirmations: { 'eip155:1': 'finalized' } }, /needs chains/, { chains: ['eip155:137'] });
    const policy = compile({ confirmations: { 'eip155:1': 'finalized' } }, { chains: ['eip155:1'] });
    assert.equal(policy.confirmations('eip155:1', 1n), 'finalized');
    assert.equal(rulesOn(policy, 'eip155:1').chainRequired, true);
  });
});

describe('policy.quorum', () => {
  it('is at least 1 and at most the votes on each network', () => {
    for (const quorum of [0, -1, 1.5, '2', Number.NaN]) refuses({ quorum }, /policy\.quorum/);
    const two = [{ name: 'a' }, { name: 'b' }];
    assert.equal(rulesOn(compile({ quorum: 2 }, { providers: two }), 'eip155:1').quorum, 2);
    assert.equal(rulesOn(compile({}), 'eip155:1').quorum, 1);
    refuses({ quorum: 2 }, /is 2, and must be at most 1 on eip155:1/);
    refuses({ quorum: 2, assets: 'any' }, /at most 1/);
    refuses({ quorum: 3 }, /at most 2/, { providers: two });
    refuses({ quorum: 2 }, /at most 1/, { providers: [{ name: 'a' }, { name: 'b', keyedBy: 'payment' }] });
    refuses({ quorum: 2 }, /at most 1/, {
      providers: [{ name: 'a' }, { name: 'b', reportsConfirmations: { 'eip155:137': 200 } }],
    });
  });

  it('counts a chain check on its own network only', () => {
    assert.ok(compile({ quorum: 2 }, { chains: ['eip155:1'] }));
    refuses({ quorum: 2, assets: [ether, bitcoin] }, /at most 1 on bip122/, { chains: ['eip155:1'] });
  });

  it('warns that payments have no vote', () => {
    const warnings: string[] = [];
    compile(
      { quorum: 2 },
      { warnings, providers: [{ name: 'a' }, { name: 'b' }, { name: 'shop', keyedBy: 'payment' }] },
    );
    assert.match(warnings.join(), /Payments of shop have no vote/);
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

describe('providers beside a policy', () => {
  const silent = { name: 'silent', reportsConfirmations: false } as const;

  it('are refused where they never say enough (rule 18)', () => {
    refuses({}, /silent never reports confirmations/, { providers: [silent] });
    refuses({}, /silent never reports/, { providers: [{}, silent] });
    refuses({ assets: 'any' }, /silent never reports/, { providers: [silent] });
    const shallow = { name: 'shallow', reportsConfirmations: { 'eip155:1': 6 } } as const;
    refuses({}, /shallow reports no more than 6 confirmations on eip155:1, and policy\.confirmations wants 12/, {
      providers: [shallow],
    });
    const tiers = [
      { from: 0n, confirmations: 6 },
      { from: 100n, confirmations: 7 },
    ];
    refuses({ confirmations: { 'eip155:1': tiers } }, /wants 7/, { providers: [shallow] });
    refuses({ assets: 'any' }, /shallow/, { providers: [shallow] });
  });

  it('are taken where the policy, a chain check or trustMined makes them enough', () => {
    for (const provider of [silent, { name: 'shallow', reportsConfirmations: { ethereum: 6 } }] as const) {
      assert.ok(compile({}, { providers: [provider], chains: ['eip155:1'] }));
      assert.ok(compile({}, { providers: [{ ...provider, trustMined: true }] }));
      assert.ok(compile({}, { providers: [{ ...provider, keyedBy: 'hint' }, {}] }));
    }
    assert.ok(
      compile({ confirmations: { 'eip155:1': 6 } }, { providers: [{ reportsConfirmations: { ethereum: 6 } }] }),
    );
    // It names no networks, so what it can meet on one of them is enough.
    assert.ok(compile({ assets: [ether, bitcoin] }, { providers: [silent], chains: ['eip155:1'] }));
    // A network of which it reports nothing asks nothing of it.
    assert.ok(compile({ assets: [bitcoin] }, { providers: [{ reportsConfirmations: { 'eip155:1': 1 } }] }));
  });

  it('are warned of by name where a reorg would stay unseen (rule 29)', () => {
    const warningsOf = (policy: Partial<Policy>, given: Given): string => {
      const warnings: string[] = [];
      compile(policy, { ...given, warnings });
      return warnings.join('\n');
    };
    const mute = { name: 'mute', sendsRemovals: false } as const;
    assert.match(
      warningsOf({}, { providers: [mute] }),
      /^mute never tells of a reorg, and .*reorg depth on eip155:1: /,
    );
    assert.equal(warningsOf({}, { providers: [{}] }), '');
    assert.equal(warningsOf({}, { providers: [mute], chains: ['eip155:1'] }), '');
    assert.equal(warningsOf({ confirmations: { 'eip155:1': 64 } }, { providers: [mute] }), '');
    const trusting = { ...mute, trustMined: true };
    assert.match(warningsOf({ confirmations: { 'eip155:1': 64 } }, { providers: [trusting] }), /mute .*trustMined/);
    const tiers = [
      { from: 0n, confirmations: 3 },
      { from: 100n, confirmations: 64 },
    ];
    assert.match(warningsOf({ confirmations: { 'eip155:1': tiers } }, { providers: [mute] }), /mute/);
    assert.match(warningsOf({ assets: 'any' }, { providers: [mute] }), /and \d+ more/);
  });

  it('are warned of where none can report a memo that is required (rule 31)', () => {
    const warnings: string[] = [];
    compile({ assets: [ripple] }, { warnings, providers: [{ reportsMemos: false }] });
    assert.match(warnings.join(), /No provider reports memos, so each deposit of xrpl:0\/slip44:144 waits/);
    warnings.length = 0;
    compile({ assets: [ripple] }, { warnings, providers: [{ reportsMemos: false }, { name: 'other' }] });
    assert.deepEqual(warnings, []);
  });

  it('may not take the name of the chain check, nor count what cannot be counted', () => {
    refuses({}, /none may have the name chain/, { providers: [{ name: 'chain' }] });
    refuses({}, /reportsConfirmations of provider counting/, {
      providers: [{ reportsConfirmations: { 'eip155:1': 1.5 } }],
    });
    refuses({}, /not a known network/, { providers: [{ reportsConfirmations: { nowhere: 5 } }] });
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
