import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checks } from '../../lib/checks/checks.ts';
import type { Evidence, Transfer } from '../../lib/deposits/transfer.ts';
import { canonicalAsset, findNetwork, tokenAsset } from '../../lib/networks/registry.ts';
import { compilePolicy } from '../../lib/policy/compile-policy.ts';
import { eth, policyOf, provider, run } from '../deposits/attacks.ts';

// Celo: docs.celo.org (GoldToken proxy). Polygon: docs.polygon.technology (MRC-20). zkSync: docs.zksync.io (L2BaseToken).
const contracts: Readonly<Record<string, string>> = {
  'eip155:42220': '0x471EcE3750Da237f93B8E339c536989b8978a438',
  'eip155:137': '0x0000000000000000000000000000000000001010',
  'eip155:80002': '0x0000000000000000000000000000000000001010',
  'eip155:324': '0x000000000000000000000000000000000000800A',
  'eip155:300': '0x000000000000000000000000000000000000800A',
  'eip155:2741': '0x000000000000000000000000000000000000800A',
  'eip155:232': '0x000000000000000000000000000000000000800A',
};

const policyOn = (network: string) =>
  policyOf({ assets: [{ asset: findNetwork(network)?.native.asset ?? '', decimals: 18 }] });

test('a coin that is a token of a system contract too is one asset, the native one, and only on its network', () => {
  for (const [network, contract] of Object.entries(contracts)) {
    const native = findNetwork(network)?.native.asset;
    assert.equal(tokenAsset(network, contract), native);
    assert.equal(tokenAsset(network, contract.toLowerCase()), native);
    assert.equal(canonicalAsset(`${network}/erc20:${contract}`), native);
    assert.notEqual(tokenAsset('eip155:1', contract), 'eip155:1/slip44:60');
  }
});

test('by either name, the same transfer makes a statement of the same group, so that it is credited once', () => {
  for (const [network, contract] of Object.entries(contracts)) {
    const plain: Transfer = { ...eth, network, asset: 'native' };
    const log: Evidence = { emitter: contract, topics: 3, category: 'transfer' };
    const token: Transfer = { ...eth, network, asset: { contract }, evidence: log };
    const [first, second] = [plain, token].map((one) => run(one, checks, policyOn(network)).statement);
    assert.ok(first?.group);
    assert.deepEqual(second?.group, first.group);
    assert.equal(second?.amount, first.amount);
  }
});

test('a policy that lists the coin by both names is refused', () => {
  const assets = [
    { asset: 'eip155:137/slip44:966', decimals: 18 },
    { asset: 'eip155:137/erc20:0x0000000000000000000000000000000000001010', decimals: 18 },
  ];
  const settings = { chains: new Set<string>(), warn: () => {} };
  assert.throws(() => compilePolicy({ assets, isOurs: () => true }, [provider], settings), { code: 'OPTION_INVALID' });
});

test("what zkSync's bootloader pays back of a fee is no deposit", () => {
  const contract = contracts['eip155:324'] ?? '';
  const refund: Transfer = { ...eth, network: 'eip155:324', asset: { contract } };
  const from = '0x0000000000000000000000000000000000008001';
  assert.equal(run({ ...refund, from }, checks, policyOn('eip155:324')).code, 'FEE_EVENT');
  assert.equal(run({ ...refund, from: `${from.slice(0, -1)}2` }, checks, policyOn('eip155:324')).outcome, 'recorded');
});
