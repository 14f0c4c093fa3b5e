import { type DepositCallbackError, invalidOption, isDepositCallbackError } from '../errors.ts';
import type { AssetName, CanonicalAccount, Codec } from './network.ts';
import { addressInvalid, transactionIdInvalid } from './refusals.ts';

type Refuse = (text: string, fix: string) => DepositCallbackError;

/**
 * A codec of a user's own, held to its contract: whatever it throws is a refusal of that text, and an answer that is
 * not a string is an error that names the function, not an account. Throws `OPTION_INVALID` for anything but a codec.
 */
export function checkedCodec(codec: Codec, option: string): Codec {
  for (const name of ['account', 'transactionId', 'blockHash', 'token'] as const) {
    if (typeof codec?.[name] !== 'function') throw invalidOption(`${option}.codec.${name}`, 'must be a function');
  }
  if (codec.memo !== undefined && typeof codec.memo !== 'function')
    throw invalidOption(`${option}.codec.memo`, 'must be a function or omitted');
  const { memo } = codec;
  return {
    account: (text, network) => {
      const told = asked('account', text, addressInvalid, () => codec.account(text, network));
      const address = textOf('account', told?.address);
      return told?.memo === undefined
        ? { address }
        : ({ address, memo: textOf('account', told.memo) } satisfies CanonicalAccount);
    },
    transactionId: (text, network) =>
      textOf(
        'transactionId',
        asked('transactionId', text, transactionIdInvalid, () => codec.transactionId(text, network)),
      ),
    blockHash: (text, network) =>
      textOf(
        'blockHash',
        asked('blockHash', text, transactionIdInvalid, () => codec.blockHash(text, network)),
      ),
    token(reference, namespace, network) {
      const told = asked('token', reference, addressInvalid, () => codec.token(reference, namespace, network));
      if (told === undefined || told === 'native') return told;
      return {
        namespace: textOf('token', told.namespace),
        reference: textOf('token', told.reference),
      } satisfies AssetName;
    },
    ...(memo === undefined
      ? {}
      : {
          memo: (text: string) =>
            textOf(
              'memo',
              asked('memo', text, addressInvalid, () => memo(text)),
            ),
        }),
  };
}

function asked<T>(name: string, text: string, refuse: Refuse, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (isDepositCallbackError(error)) throw error;
    throw refuse(text, `codec.${name} refuses it: ${error instanceof Error ? error.message : String(error)}`);
  }
}

// No database holds a NUL in a text, and a half of a surrogate pair comes back as another text.
function textOf(name: string, told: unknown): string {
  if (typeof told === 'string' && told !== '' && !/\0|\p{Surrogate}/u.test(told)) return told;
  throw invalidOption(`codec.${name}`, 'must return a non-empty string');
}
