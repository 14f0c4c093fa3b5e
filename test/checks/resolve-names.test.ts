import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assess, assessRemoval } from '../../lib/checks/assess.ts';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import { tableWith } from '../../lib/networks/define-network.ts';
import { compilePolicy } from '../../lib/policy/compile-policy.ts';
import { eth, hash, origin, ours, policy, provider, run, token, usdt, withEvidence } from '../deposits/attacks.ts';

const contract = '0xdAC17F958D2ee523a2206206994597C13D831ec7';

describe('a network that nobody knows', () => {
  it('quarantines its transfer under its name, whatever the asset', () => {
    for (const asset of [eth.asset, 'native', { contract }, { name: 'USDT' }]) {
      assert.deepEqual(run({ ...eth, network: 'NO_SUCH_MAINNET', asset }), {
        outcome: 'quarantined',
        code: 'NETWORK_NOT_KNOWN',
        name: 'NO_SUCH_MAINNET',
      });
    }
  });

  it('is told by the asset too', () => {
    const { network: _, ...rest } = eth;
    assert.equal(run({ ...eth, asset: 'nosuch:1/slip44:1' }).name, 'nosuch:1');
    assert.equal(run({ ...rest, asset: 'nosuch:1/slip44:1' }).code, 'NETWORK_NOT_KNOWN');
    assert.equal(run({ ...rest, asset: usdt, evidence: token.evidence ?? {} }).outcome, 'recorded');
  });

  it('quarantines a removal and a failure there, which must be read again as well', () => {
    const removal = { network: 'NO_SUCH_MAINNET', transactionId: hash };
    const kept = { outcome: 'quarantined', code: 'NETWORK_NOT_KNOWN', name: 'NO_SUCH_MAINNET' };
    assert.deepEqual(assessRemoval(removal, provider, policy, origin), kept);
    for (const kind of ['removed', 'failed'] as const) {
      assert.deepEqual(run({ ...eth, kind, network: 'NO_SUCH_MAINNET' }), kept);
    }
  });

  it('keeps nothing that is no deposit anywhere: what is outgoing, a fee, an NFT, or nothing at all', () => {
    const elsewhere: Transfer = { ...eth, network: 'NO_SUCH_MAINNET' };
    assert.equal(run(withEvidence(elsewhere, { direction: 'out' })).code, 'OUTGOING');
    assert.equal(run(withEvidence(elsewhere, { category: 'fee' })).code, 'FEE_EVENT');
    assert.equal(run(withEvidence(elsewhere, { category: 'nft' })).code, 'NFT_EVENT');
    assert.equal(run(withEvidence(elsewhere, { category: 'approval' })).code, 'APPROVAL_EVENT');
    assert.equal(run({ ...elsewhere, amount: { decimal: '0.00' } }).code, 'ZERO_AMOUNT');
    assert.equal(run({ ...elsewhere, amount: { decimal: '0.50' } }).code, 'NETWORK_NOT_KNOWN');
    const phone = { ...provider, keyedBy: 'hint' } as const;
    assert.equal(run(elsewhere, undefined, policy, phone).code, 'ONLY_A_HINT');
  });

  it('has a name that every store can hold', () => {
    const name = run({ ...eth, network: `a\0b\ud800${'c'.repeat(500)}` }).name ?? '';
    assert.match(name, /^a\?b\?c{96}$/);
  });
});

describe('an asset', () => {
  it('is what its contract, or the native coin, is on the network', () => {
    assert.equal(run({ ...token, asset: { contract } }).statement?.group?.asset, usdt);
    assert.equal(run({ ...token, network: 'ETH_MAINNET', asset: { contract } }).statement?.group?.asset, usdt);
    assert.equal(run({ ...eth, network: '0x1', asset: 'native' }).statement?.group?.asset, 'eip155:1/slip44:60');
  });

  it('of a name that can only mean one is that one, and of any other name is quarantined', () => {
    assert.equal(run({ ...token, asset: { name: 'USDT' } }).statement?.group?.asset, usdt);
    assert.equal(run({ ...eth, asset: { name: 'eth' } }).statement?.group?.asset, 'eip155:1/slip44:60');
    const unknown = { outcome: 'quarantined', code: 'ASSET_NAME_NOT_KNOWN' };
    assert.deepEqual(run({ ...eth, asset: { name: 'SHIB' } }), { ...unknown, name: 'SHIB@eip155:1' });
    assert.deepEqual(run({ ...eth, asset: 'SHIB' }), { ...unknown, name: 'SHIB@eip155:1' });
    const { network: _, ...rest } = eth;
    assert.deepEqual(run({ ...rest, asset: { name: 'eth:shib' } }), { ...unknown, name: 'eth:shib' });
    // A bridged ether is not the coin of that network, and USDC has meant two contracts on Polygon.
    assert.equal(run({ ...eth, network: 'bsc', asset: { name: 'ETH' } }).code, unknown.code);
    assert.equal(run({ ...eth, network: 'polygon', asset: { name: 'USDC' } }).code, unknown.code);
    assert.equal(run({ ...eth, network: 'eip155:987654321', asset: { name: 'ETH' } }).code, unknown.code);
  });

  it('that nobody lists is ignored: strangers fill no quarantine', () => {
    const asset = { contract: `0x${'12'.repeat(20)}` };
    assert.deepEqual(run({ ...eth, asset }), { outcome: 'ignored', code: 'ASSET_NOT_LISTED' });
  });

  it('with a contract that no chain could have reported is quarantined: the provider means another asset', () => {
    for (const asset of [{ contract: '' }, { contract: '0x12' }, 'eip155:1/erc20:0x12']) {
      assert.deepEqual(run({ ...eth, asset }), { outcome: 'quarantined', code: 'ASSET_MALFORMED' });
    }
  });
});

describe("the receiver's own networks", () => {
  const networks = tableWith([
    { id: 'eip155:987654321', name: 'Acme', aliases: { acme: 'ACME_MAINNET', other: 'ETH_MAINNET' } },
  ]);
  const assets = [{ asset: 'eip155:987654321/slip44:60', decimals: 18 }];
  const own = compilePolicy({ assets, isOurs: () => true }, [], { chains: new Set(), warn: () => {}, networks });
  const sent: Transfer = { ...eth, network: 'ACME_MAINNET', asset: 'native', to: ours };

  it('are known by the names that their provider uses, by its kind and its own name', () => {
    for (const speaker of [
      { ...provider, name: 'acme' },
      { ...provider, name: 'acme-eu', kind: 'acme' },
    ]) {
      const assessed = assess(sent, speaker, own, origin);
      assert.ok(!(assessed instanceof Promise));
      assert.equal(assessed.statement?.group?.network, 'eip155:987654321');
    }
  });

  it('are not known by the name of another provider', () => {
    const assessed = assess(sent, provider, own, origin);
    assert.ok(!(assessed instanceof Promise));
    assert.equal(assessed.code, 'NETWORK_NOT_KNOWN');
  });

  it('a name that one provider alone uses comes before that of all', () => {
    const assessed = assess({ ...sent, network: 'eth-mainnet' }, { ...provider, name: 'other' }, own, origin);
    assert.ok(!(assessed instanceof Promise));
    assert.equal(assessed.statement?.group?.network, 'eip155:987654321');
  });
});
