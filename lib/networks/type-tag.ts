import { addressInvalid } from './refusals.ts';

/**
 * A Move type tag with each address in it canonical and without spaces:
 * `0x1::coin::CoinStore<0x1::aptos_coin::AptosCoin>`. Throws `ADDRESS_INVALID`, naming `example`.
 */
export function typeTag(text: string, address: (text: string) => string, example: string): string {
  const badTag = (): Error => addressInvalid(text, `a coin is a type tag, for example ${example}`);
  const compact = text.replace(/\s+/g, '');
  if (!/^[0-9a-zA-Z_:<>,]{1,1000}$/.test(compact) || !balanced(compact)) throw badTag();
  const tag = compact.replace(/[0-9a-zA-Z_:]+/g, (part) => {
    const pieces = /^(0[xX][0-9a-fA-F]{1,64})::([A-Za-z_]\w*)::([A-Za-z_]\w*)$/.exec(part);
    if (pieces !== null) return `${address(pieces[1] ?? '')}::${pieces[2]}::${pieces[3]}`;
    if (/^(?:u8|u16|u32|u64|u128|u256|bool|address|vector)$/.test(part)) return part;
    throw badTag();
  });
  if (!/^0x[0-9a-f]+::/.test(tag)) throw badTag();
  return tag;
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '<') depth++;
    if (character === '>' && --depth < 0) return false;
    if (character === ',' && depth === 0) return false;
  }
  return depth === 0 && !/<[<>,]|,[<>,]|>[^<>,]/.test(text);
}
