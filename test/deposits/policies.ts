import assert from 'node:assert/strict';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import { type CompiledPolicy, compilePolicy } from '../../lib/policy/compile-policy.ts';
import type { ProviderTraits } from '../../lib/policy/context.ts';
import type { ListedAsset, Policy } from '../../lib/policy/policy.ts';

export const counting: ProviderTraits = {
  name: 'counting',
  keyedBy: 'transaction',
  reportsConfirmations: 'count',
  reportsMemos: true,
  sendsRemovals: true,
  trustMined: false,
};
export const ether: ListedAsset = { asset: 'eip155:1/slip44:60', decimals: 18 };
export const bitcoin: ListedAsset = { asset: 'bip122:000000000019d6689c085ae165831e93/slip44:0', decimals: 8 };
export const ripple: ListedAsset = { asset: 'xrpl:0/slip44:144', decimals: 6, memo: 'required' };
export const bitcoinNetwork = 'bip122:000000000019d6689c085ae165831e93';

export interface Given {
  providers?: readonly Partial<ProviderTraits>[];
  chains?: readonly string[];
  warnings?: string[];
}

export function compile(
  policy: Partial<Policy>,
  { providers = [{}], chains = [], warnings = [] }: Given = {},
): CompiledPolicy {
  return compilePolicy(
    { assets: [ether], isOurs: () => true, ...policy },
    providers.map((traits) => ({ ...counting, ...traits })),
    { chains: new Set(chains), warn: (text) => warnings.push(text) },
  );
}

export function refuses(policy: object, message: RegExp, given?: Given): void {
  assert.throws(() => compile(policy as Partial<Policy>, given), { code: 'OPTION_INVALID', message });
}

export const rulesOn = (policy: CompiledPolicy, network: string, payment?: string): FoldRules =>
  policy.rulesFor({ network, asset: '', to: '', transactionId: '', ...(payment === undefined ? {} : { payment }) });
