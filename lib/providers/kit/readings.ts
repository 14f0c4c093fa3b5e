import type { Transfer } from '../../deposits/transfer.ts';
import { DepositCallbackError } from '../../errors.ts';
import { present } from '../../util/present.ts';
import type { Hint, Reading } from './provider.ts';

export { wordIn } from '../../util/word-in.ts';

const nothing = { transfers: [], removals: [] } as const;

/** What is known and no deposit: an event of something else, or of a payment of which nothing has come. */
export const noDeposit: Reading = { kind: 'transfers', ...nothing };

/** What its reader does not know, by the provider's name for it: it may be a deposit, so an alarm names it. */
export function unknown(event: string | undefined): Reading {
  return { kind: 'unknown', ...nothing, ...(event === undefined ? {} : { event }) };
}

/** An event that is not read: no deposit if its name matches `others`, and else unknown. */
export function otherEvent(event: string | undefined, others: RegExp): Reading {
  return event !== undefined && others.test(event) ? noDeposit : unknown(event);
}

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

/** The block that a body names, by either; undefined if it names none. */
export function blockFrom(number: string | undefined, hash: string | undefined): Block | undefined {
  return number === undefined && hash === undefined ? undefined : present<Block>({ number, hash });
}
