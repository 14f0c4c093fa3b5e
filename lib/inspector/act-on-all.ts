import { isDepositCallbackError } from '../errors.ts';
import type { Inspected } from './view.ts';
import { type Asked, deadLetters, filterFields, heldDeposits, unreadCallbacks } from './waiting.ts';

/** One action on all that a filter shows. */
export interface ActionOnAll {
  callbacks: Inspected;
  asked: Asked;
  reason: string;
  actor: string;
  now: number;
}

/** Releases each deposit in quarantine that the filter showed; what came since is left for a person to look at. */
export async function releaseAll({ callbacks, asked, reason, actor, now }: ActionOnAll): Promise<string> {
  const deposits = await heldDeposits(callbacks.store, asked, now);
  const tally = await each(deposits, ({ id }) => callbacks.release(id, { reason, actor }));
  return `quarantine?${back('deposits', asked)}done=releaseAll&${tally}`;
}

/** Makes each dead letter that the filter showed due again. */
export async function redeliverAll({ callbacks, asked, now }: ActionOnAll): Promise<string> {
  const events = await deadLetters(callbacks.store, asked, now);
  const tally = await each(events, ({ id }) => callbacks.redeliver(id));
  return `dead-letters?${back('dead', asked)}done=redeliverAll&${tally}`;
}

/** Reads each callback that the filter showed again. */
export async function reprocessAll({ callbacks, asked, now }: ActionOnAll): Promise<string> {
  const records = await unreadCallbacks(callbacks.store, asked, now);
  const tally = { read: 0, recorded: 0, passed: 0 };
  for (const { id } of records.toReversed()) {
    const { read, recorded, passedOver } = await callbacks.reprocess({ callbackId: id });
    tally.read += read;
    tally.recorded += recorded;
    tally.passed += passedOver;
  }
  return `quarantine?${back('unread', asked)}done=reprocess&read=${tally.read}&recorded=${tally.recorded}&passed=${tally.passed}`;
}

/** One after another, oldest first: one that is refused keeps no other back. */
async function each<One>(all: readonly One[], act: (one: One) => Promise<unknown>): Promise<string> {
  let acted = 0;
  for (const one of all.toReversed()) {
    try {
      if ((await act(one)) !== false) acted += 1;
    } catch (error) {
      if (!isDepositCallbackError(error)) throw error;
    }
  }
  return `acted=${acted}&refused=${all.length - acted}`;
}

/** The filter, as the address of the list has it. */
function back(list: keyof typeof filterFields, asked: Asked): string {
  const kept = filterFields[list]
    .map((name): [string, string] => [name, asked(name)])
    .filter(([, text]) => text !== '');
  const shown: [string, string][] = list === 'dead' ? [] : [['show', list]];
  const text = new URLSearchParams([...shown, ...kept]).toString();
  return text === '' ? '' : `${text}&`;
}
