import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableWith } from '../../lib/networks/define-network.ts';
import { compilePolicy } from '../../lib/policy/compile-policy.ts';
import type { ListedAsset } from '../../lib/policy/policy.ts';
import { alchemy } from '../../lib/providers/alchemy.ts';
import { bitgo } from '../../lib/providers/bitgo.ts';
import { cryptomus } from '../../lib/providers/cryptomus.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';

const secrets = ['secret'];
const usdc = 'eip155:137/erc20:0x3c499c542cef5e3811e1192ce70d8cc03d5c3359';
const accounts = { polygon: '0x6E5eAf34c73D1CD0be4e24f923b97CF38e10d1f3' };

function warningsOf(assets: readonly ListedAsset[], ...providers: readonly Provider[]): readonly string[] {
  const warned: string[] = [];
  const settings = { chains: new Set<string>(), warn: (text: string) => warned.push(text) };
  compilePolicy({ assets, isOurs: () => true }, providers, settings);
  return warned.filter((text) => text.includes('has a name for'));
}

test('a listed asset that no provider has a name for is warned of by name, with the option that names it', () => {
  const assets = [
    { asset: usdc, decimals: 6 },
    { asset: 'eip155:1/slip44:60', decimals: 18 },
  ];
  const silent = warningsOf(
    assets,
    bitgo({ secrets, trustMined: true }),
    cryptomus({ secrets, accounts, trustMined: true }),
  );
  assert.equal(silent.length, 1);
  assert.match(silent[0] ?? '', new RegExp(`${usdc}.*assets option of bitgo, cryptomus`));
});

test('nothing is warned of that a name leads to: of the user, of the provider, by symbol, or by contract', () => {
  const coin = [{ asset: 'eip155:137/slip44:966', decimals: 18 }];
  const token = [{ asset: usdc, decimals: 6 }];
  assert.deepEqual(warningsOf(coin, bitgo({ secrets, trustMined: true })), []);
  assert.deepEqual(warningsOf(coin, cryptomus({ secrets, accounts, trustMined: true })), []);
  assert.deepEqual(warningsOf(token, bitgo({ secrets, trustMined: true, assets: { 'polygon:usdc': usdc } })), []);
  assert.deepEqual(warningsOf(token, bitgo({ secrets, trustMined: true }), alchemy({ secrets, trustMined: true })), []);
});

test("a provider's name for an asset of a network that nobody knows is refused, until the option networks defines it", () => {
  const providers = [bitgo({ secrets, trustMined: true, assets: { acm: 'acme:1/slip44:7' } })];
  const policy = { assets: 'any' as const, isOurs: () => true };
  const settings = { chains: new Set<string>(), warn: () => {} };
  assert.throws(() => compilePolicy(policy, providers, settings), {
    code: 'OPTION_INVALID',
    message: /bitgo\.assets.*acme:1\/slip44:7/,
  });
  const codec = {
    account: (text: string) => ({ address: text }),
    transactionId: (text: string) => text,
    blockHash: (text: string) => text,
    token: () => undefined,
  };
  const native = { asset: 'acme:1/slip44:7', symbol: 'ACM', decimals: 4 };
  const networks = tableWith([{ id: 'acme:1', codec, native, confirmations: 1, reorgDepth: 1 }]);
  compilePolicy(policy, providers, { ...settings, networks });
});

test('names that a kind of provider alone uses are known of each instance of it, whatever it is called', () => {
  const networks = tableWith([{ id: 'eip155:987654321', aliases: { alchemy: 'ACME_MAINNET', eu: 'ACME_EU' } }]);
  const instance = alchemy({ secrets, name: 'eu' });
  assert.equal(networks.find('ACME_MAINNET', instance)?.id, 'eip155:987654321');
  assert.equal(networks.find('ACME_EU', instance)?.id, 'eip155:987654321');
  assert.equal(networks.find('ACME_MAINNET', bitgo({ secrets })), undefined);
});
