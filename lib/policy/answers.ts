import type { HoldAnswer } from '../deposits/holding.ts';
import { DepositCallbackError } from '../errors.ts';
import type { Account } from './policy.ts';

/** What a function of the user's policy gave, read once it is there. Synchronous unless it gave a promise. */
export function whenAnswered<T, A>(given: T | PromiseLike<T>, read: (answer: T) => A): A | Promise<A> {
  // Any object with `then` is a promise (old libraries bring their own): taken for an answer, it would be a yes.
  return isPromise(given) ? Promise.resolve(given).then(read) : read(given);
}

function isPromise<T>(given: T | PromiseLike<T>): given is PromiseLike<T> {
  return typeof given === 'object' && given !== null && 'then' in given;
}

/** `true` or `false` of `policy.isOwnSender`. */
export function booleanOf(given: unknown, account: Omit<Account, 'memo'>): boolean {
  if (typeof given === 'boolean') return given;
  throw answerInvalid('isOwnSender', given, account, 'true or false');
}

/** A guess at what was meant would credit a stranger, or nobody. */
export function answerInvalid(
  name: string,
  given: unknown,
  { network, address }: Omit<Account, 'memo'>,
  wanted: string,
): DepositCallbackError {
  const shown = typeof given === 'string' ? `the string '${given.slice(0, 32)}'` : describe(given);
  const hint = given === undefined ? ' Is a return missing?' : '';
  return new DepositCallbackError(
    'POLICY_ANSWER_INVALID',
    `policy.${name} returned ${shown} for ${address} on ${network}; it must return ${wanted}.${hint}`,
  );
}

function describe(given: unknown): string {
  if (given === null || typeof given !== 'object') return String(given);
  return Array.isArray(given) ? 'a list' : 'an object';
}

/** What `policy.hold` said: a reason, undefined, or the reason of the hold that it ends. */
export function holdAnswer(given: unknown, { network, to }: { network: string; to: string }): HoldAnswer {
  if (given === undefined || (typeof given === 'string' && given !== '')) return given;
  const { ends } = (given ?? {}) as { ends?: unknown };
  if (typeof ends === 'string' && ends !== '') return { ends };
  throw answerInvalid('hold', given, { network, address: to }, 'a reason, undefined, or { ends: reason }');
}
