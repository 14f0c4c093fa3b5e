import { hash32 } from './hex.ts';
import type { Codec } from './network.ts';
import { addressInvalid } from './refusals.ts';

const accountName = /^(?:[a-z1-5.]{0,11}[a-z1-5]|[a-z1-5.]{12}[a-j1-5])$/;
const nativeToken = 'eosio.token-EOS';

/**
 * EOS account names: up to 12 characters of a-z, 1-5 and dots (a thirteenth of a-j, 1-5), not ending with a dot. They
 * carry no checksum. A token is its contract and symbol, `tethertether-USDT`; `USDT@tethertether` is read too.
 */
export const antelope: Codec = {
  account: (text) => ({ address: eosName(text) }),
  transactionId: (text) => hash32(text, 'A transaction id'),
  blockHash: (text) => hash32(text, 'A block id'),
  token(reference, namespace = 'token') {
    if (namespace !== 'token') return undefined;
    const [, symbolFirst, contractLast] = /^([A-Z]{1,7})@(.+)$/.exec(reference) ?? [];
    const [, contractFirst, symbolLast] = /^(.+)[-:/]([A-Z]{1,7})$/.exec(reference) ?? [];
    const contract = contractLast ?? contractFirst;
    const symbol = symbolFirst ?? symbolLast;
    if (contract === undefined || symbol === undefined) {
      throw addressInvalid(reference, 'an EOS token is contract-SYMBOL, for example tethertether-USDT');
    }
    const token = `${eosName(contract)}-${symbol}`;
    return token === nativeToken ? 'native' : { namespace: 'token', reference: token };
  },
};

function eosName(text: string): string {
  if (!accountName.test(text)) throw addressInvalid(text, 'an EOS account name has up to 12 of a-z, 1-5 and dots');
  return text;
}
