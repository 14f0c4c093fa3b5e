import type { Transfer } from '../../deposits/transfer.ts';
import { DepositCallbackError } from '../../errors.ts';
import { present } from '../../util/present.ts';
import type { Hint, Reading } from './provider.ts';

export { wordIn } from '../../util/word-in.ts';

const nothing = { transfers: [], removals: [] } as const;

/** What is no deposit, or nothing that this package knows. */
export const unknown: Reading = { kind: 'unknown', ...nothing };

/** For what may be a deposit and cannot be read: thrown, it keeps the callback in quarantine, with an alarm. */
export function unread(reason: string): DepositCallbackError {
  return new DepositCallbackError('BODY_UNREADABLE', reason);
}

/** The provider's test of the URL. */
export const ping: Reading = { kind: 'ping', ...nothing };

/** A reading that only says where to look. */
export function hintsAt(...hints: readonly Hint[]): Reading {
  return { kind: 'hint', ...nothing, hints };
}

export function transfersOf(...transfers: readonly Transfer[]): Reading {
  return { kind: 'transfers', transfers, removals: [] };
}

type Block = NonNullable<Transfer['transaction']['block']>;

/** The block that a body names, by either; undefined where it names none. */
export function blockFrom(number: string | undefined, hash: string | undefined): Block | undefined {
  return number === undefined && hash === undefined ? undefined : present<Block>({ number, hash });
}
