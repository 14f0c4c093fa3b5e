import { type Anvil, rich } from '../../test/chains/anvil.ts';
import { runtimeOf, token, words } from '../../test/chains/contracts.ts';

export const usdt = '0xdac17f958d2ee523a2206206994597c13d831ec7';

/** Puts a token at the address of the real USDT, so that the example's list of assets fits; the first rich account owns it. */
export async function placeUsdt(anvil: Anvil): Promise<void> {
  await anvil.rpc('anvil_setCode', [usdt, runtimeOf(token)]);
  await anvil.rpc('anvil_setStorageAt', [usdt, `0x${words(rich[0])}`, `0x${words(10n ** 15n)}`]);
}
