import type { Statement } from '../../lib/deposits/statement.ts';
import type { Dice } from '../deposits/model.ts';
import type { Chain } from './chain.ts';
import type { Said } from './testimony.ts';
import type { Witness } from './world.ts';

/** Words of a sender that lies with a good signature: of real blocks and invented ones, of any kind, at any time. */
export function hostileWords(roll: Dice, witness: Witness, chain: Chain, events: { next: number }): Said[] {
  const hashes = [...chain.inclusions.map(({ hash }) => hash), '0xfalse', ''];
  return Array.from({ length: 1 + roll.below(4) }, (): Said => {
    const tick = roll.below(chain.end + 4);
    const kind = roll.pick(['mined', 'confirmed', 'confirmed', 'removed', 'failed', 'seen'] as const);
    const hash = roll.pick(hashes);
    events.next += 1;
    const statement: Statement = {
      provider: witness.name,
      kind,
      amount: roll.pick([5n, 7n, 12n, 99n]),
      eventId: `e${events.next}`,
      row: 0,
      signedBy: witness.key,
    };
    if (hash !== '' && kind !== 'seen') statement.blockHash = hash;
    if (roll.chance(0.7)) statement.at = roll.below(chain.end + 4);
    if (roll.chance(0.7)) statement.confirmations = roll.pick([0, 1, chain.confirmations, 64]);
    if (roll.chance(0.4)) statement.position = roll.pick(['native', 'log:0', 'log:1', 'out:0', 'trace:0']);
    return { tick, statements: [statement] };
  });
}
