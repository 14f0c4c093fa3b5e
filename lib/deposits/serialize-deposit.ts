import { DepositCallbackError } from '../errors.ts';
import { type Deposit, type DepositJson, type DepositRecord, depositFromJson, depositToJson } from './deposit.ts';

/** Version of the text: a later one is refused by name, and each version is read for ever. */
const version = 1;

const texts = ['id', 'network', 'asset', 'to', 'status'] as const;
const lists = ['providers', 'callbackIds'] as const;

/**
 * Serializes a deposit as one line of text for a queue or a log, without loss: the amount is a decimal string, so no
 * reader rounds it. Also accepts a copy made with a spread, whose amount `JSON.stringify` refuses. Throws `JSON_INVALID` for
 * what is no deposit.
 *
 * @example
 * callbacks.on('deposit', (deposit, { eventId }) => queue.add('deposit', { eventId, deposit: serializeDeposit(deposit) }));
 */
export function serializeDeposit(deposit: DepositRecord): string {
  const given: unknown = deposit;
  if (typeof membersOf(given).amount !== 'bigint')
    throw new DepositCallbackError('JSON_INVALID', 'serializeDeposit: must be given a deposit, as a listener gets it');
  return JSON.stringify({ version, deposit: depositToJson(deposit) });
}

/**
 * Parses the output of `serializeDeposit`, also of another version of this package. Throws `JSON_INVALID` for any
 * other text, and for a version that this package does not know.
 *
 * @example
 * const { amount } = parseDeposit(job.data.deposit); // a bigint
 */
export function parseDeposit(text: string): Deposit {
  const { version: written, deposit } = membersOf(parsed(text));
  if (written !== version) {
    throw invalid(
      typeof written === 'number'
        ? `has version ${written}, but this version of deposit-callback reads ${version}; upgrade deposit-callback`
        : 'was not written by serializeDeposit()',
    );
  }
  const members = membersOf(deposit);
  const wrong =
    texts.find((name) => typeof members[name] !== 'string') ??
    lists.find((name) => !isListOfTexts(members[name])) ??
    (['generation', 'firstSeenAt'] as const).find((name) => typeof members[name] !== 'number');
  if (wrong !== undefined) throw invalid(`lacks ${wrong}`);
  if (typeof members.amount !== 'string' || !/^\d{1,78}$/.test(members.amount)) throw invalid('has no exact amount');
  if (typeof membersOf(members.transaction).id !== 'string') throw invalid('lacks transaction.id');
  return depositFromJson(members as unknown as DepositJson);
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') throw invalid('must be a string from serializeDeposit()');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('is not JSON', cause);
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function invalid(problem: string, cause?: unknown): DepositCallbackError {
  return new DepositCallbackError(
    'JSON_INVALID',
    `parseDeposit: the string ${problem}`,
    cause === undefined ? undefined : { cause },
  );
}
