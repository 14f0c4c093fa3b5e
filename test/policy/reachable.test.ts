import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Policy } from '../../lib/policy/policy.ts';
import { bitcoin, compile, ether, type Given, refuses, ripple, rulesOn } from '../deposits/policies.ts';

describe('policy.quorum', () => {
  it('refuses instances that share a secret, as far as secrets can be seen', () => {
    const keyed = (name: string, ...prints: string[]): object => ({
      name,
      keys: { describe: () => prints.map((print) => ({ print })) },
    });
    const shared = [keyed('a', 'k1'), keyed('b', 'k2', 'k1'), keyed('c', 'k3')];
    refuses({ quorum: 2 }, /a and b share a secret/, { providers: shared });
    compile({ quorum: 2 }, { providers: [keyed('a', 'k1'), keyed('b', 'k2'), keyed('c')] });
    compile({}, { providers: shared });
  });

  it('is at least 1 and at most the votes on each network', () => {
    for (const quorum of [0, -1, 1.5, '2', Number.NaN]) refuses({ quorum }, /policy\.quorum/);
    const two = [{ name: 'a' }, { name: 'b' }];
    assert.equal(rulesOn(compile({ quorum: 2 }, { providers: two }), 'eip155:1').quorum, 2);
    assert.equal(rulesOn(compile({}), 'eip155:1').quorum, 1);
    refuses({ quorum: 2 }, /is 2, but must be at most 1 on eip155:1/);
    refuses({ quorum: 2, assets: 'any' }, /at most 1/);
    refuses({ quorum: 3 }, /at most 2/, { providers: two });
    assert.ok(compile({ quorum: 2 }, { providers: [] }));
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

describe('providers beside a policy', () => {
  const silent = { name: 'silent', reportsConfirmations: false } as const;

  it('are refused where they never say enough', () => {
    refuses({}, /silent never reports confirmations/, { providers: [silent] });
    refuses({}, /silent never reports/, { providers: [{}, silent] });
    refuses({ assets: 'any' }, /silent never reports/, { providers: [silent] });
    const shallow = { name: 'shallow', reportsConfirmations: { 'eip155:1': 6 } } as const;
    refuses({}, /shallow reports no more than 6 confirmations on eip155:1, but policy\.confirmations requires 12/, {
      providers: [shallow],
    });
    const tiers = [
      { from: 0n, confirmations: 6 },
      { from: 100n, confirmations: 7 },
    ];
    refuses({ confirmations: { 'eip155:1': tiers } }, /requires 7/, { providers: [shallow] });
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

  it('are warned of by name where a reorg would stay unseen', () => {
    const warningsOf = (policy: Partial<Policy>, given: Given): string => {
      const warnings: string[] = [];
      compile(policy, { ...given, warnings });
      return warnings.join('\n');
    };
    const mute = { name: 'mute', sendsRemovals: false } as const;
    assert.match(warningsOf({}, { providers: [mute] }), /^mute never reports reorgs, and .*reorg depth on eip155:1: /);
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

  it('are warned of where none can report a memo that is required', () => {
    const warnings: string[] = [];
    compile({ assets: [ripple] }, { warnings, providers: [{ reportsMemos: false }] });
    assert.match(warnings.join(), /No provider reports memos, so each deposit of xrpl:0\/slip44:144 waits/);
    warnings.length = 0;
    compile({ assets: [ripple] }, { warnings, providers: [{ reportsMemos: false }, { name: 'other' }] });
    assert.deepEqual(warnings, []);
    compile({ assets: [ripple] }, { warnings, providers: [{ reportsMemos: false, keyedBy: 'payment' }] });
    assert.deepEqual(warnings, []);
  });

  it('may not take the name of the chain check, nor count what cannot be counted', () => {
    refuses({}, /must not use the name chain/, { providers: [{ name: 'chain' }] });
    refuses({}, /reportsConfirmations of provider counting/, {
      providers: [{ reportsConfirmations: { 'eip155:1': 1.5 } }],
    });
    refuses({}, /not a known network/, { providers: [{ reportsConfirmations: { nowhere: 5 } }] });
  });
});
