import { type Anvil, rich } from '../../test/chains/anvil.ts';
import { liar, payer, token, transferCall, words } from '../../test/chains/contracts.ts';
import { placeUsdt, usdt } from '../wallets/usdt.ts';

/** One transaction of the demo. */
export interface Scene {
  title: string;
  hash: string;
  /** What the notifier is to send of it, in order. */
  notices: readonly string[];
}

const gwei = 10n ** 9n;

/** Plays money, false money and reorgs on the chain; `settle` lets what has happened so far reach the exchange. */
export async function playScenes(
  anvil: Anvil,
  [alice = '', bob = '']: string[],
  settle: () => Promise<void>,
): Promise<Scene[]> {
  const scenes: Scene[] = [];
  const [sender] = rich;
  await placeUsdt(anvil);
  const fake = await anvil.deploy(token);
  const emitter = await anvil.deploy(liar);
  const contract = await anvil.deploy(payer);

  async function play(
    title: string,
    notices: readonly string[],
    sending: Parameters<Anvil['send']>[0],
  ): Promise<string> {
    const hash = await anvil.send(sending);
    scenes.push({ title, hash, notices });
    return hash;
  }
  const kept = ['pending', 'confirmed'];

  await play('1.5 ETH to alice', kept, { to: alice, value: 1_500_000_000n * gwei });
  await play('250 USDT to bob', kept, { to: usdt, data: transferCall(bob, 250_000_000n) });
  await play('0.25 ETH to bob from inside a contract', kept, {
    to: contract,
    value: 250_000_000n * gwei,
    data: `0x${words(bob, 250_000_000n * gwei, 0n)}`,
  });
  await play('a fake token that calls itself USDT', kept, { to: fake, data: transferCall(alice, 1_000_000_000_000n) });
  await play('a log that only claims a transfer', kept, { to: emitter, data: `0x${words(sender, alice, 77n)}` });
  await play('0 USDT to alice', kept, { to: usdt, data: transferCall(alice, 0n) });
  await play('USDT beyond the balance: returns false', [], {
    from: rich[1],
    to: usdt,
    data: transferCall(alice, 5_000_000n),
  });
  await play('2 ETH to alice, undone by a revert', [], {
    to: contract,
    value: 2_000_000_000n * gwei,
    data: `0x${words(alice, 2_000_000_000n * gwei, 1n)}`,
  });
  await anvil.mine(13);
  await settle();

  // A short reorg: it was seen, never credited, and is gone.
  const beforeShort = await anvil.rpc('evm_snapshot');
  await play('3 ETH to alice, lost in a short reorg', ['pending', 'reverted'], {
    to: alice,
    value: 3_000_000_000n * gwei,
  });
  await anvil.mine(2);
  await settle();
  await anvil.rpc('evm_revert', [beforeShort]);
  await anvil.mine(4);
  await settle();

  // A deep one: it was credited, and comes back in another block as another log.
  const beforeDeep = await anvil.rpc('evm_snapshot');
  const hash = await play('75 USDT to alice, credited, then mined again', [...kept, 'reverted', ...kept], {
    from: sender,
    to: usdt,
    data: transferCall(alice, 75_000_000n),
  });
  const raw = await anvil.rpc('eth_getRawTransactionByHash', [hash]);
  await anvil.mine(13);
  await settle();
  await anvil.rpc('evm_revert', [beforeDeep]);
  await play('a payment between strangers, ahead of it', [], {
    from: rich[1],
    to: emitter,
    data: `0x${words(rich[1], rich[2], 1n)}`,
  });
  await anvil.rpc('eth_sendRawTransaction', [raw]);
  await anvil.mine(16);
  await settle();

  // Another deep one: credited, and never mined again.
  const beforeLost = await anvil.rpc('evm_snapshot');
  await play('4 ETH to bob, credited, lost in a deep reorg', [...kept, 'reverted'], {
    from: rich[2],
    to: bob,
    value: 4_000_000_000n * gwei,
  });
  await anvil.mine(13);
  await settle();
  await anvil.rpc('evm_revert', [beforeLost]);
  await anvil.mine(16);
  await settle();
  return scenes;
}
