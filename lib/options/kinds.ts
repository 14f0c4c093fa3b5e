import { invalidOption } from '../errors.ts';

/** What a value must be, and how that is said. */
interface Kind {
  is(value: unknown): boolean;
  must: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one: unknown) => typeof one === 'string');
const has = (value: unknown, ...methods: string[]): boolean =>
  isObject(value) && methods.every((name) => isFunction(value[name]));

const aBoolean: Kind = { is: (value) => typeof value === 'boolean', must: 'must be true or false' };
const anObject: Kind = { is: isObject, must: 'must be an object' };

// A value of another kind could weaken a check without a word: 'no' is true.
const kinds: Readonly<Record<string, Kind>> = {
  store: {
    is: (value) => has(value, 'ready', 'commit', 'close'),
    must: "must be a store, for example sqliteStore({ path: 'deposits.db' })",
  },
  sources: { is: isTextList, must: 'must be a list of addresses, CIDR ranges and domains' },
  trustProxy: {
    is: (value) => ['boolean', 'number', 'string'].includes(typeof value) || isTextList(value),
    must: 'must be the number of proxies, or their addresses',
  },
  requireHttps: aBoolean,
  keepBodies: aBoolean,
  limits: anObject,
  delivery: anObject,
  chains: {
    is: (value) => Array.isArray(value) && value.every((one: unknown) => has(one, 'check')),
    must: 'must be a list of chain checks, for example [evmChain({ network, rpc: [...] })]',
  },
  networks: { is: Array.isArray, must: 'must be a list of { id, ... }' },
  logger: {
    is: (value) => has(value, 'debug', 'info', 'warn', 'error'),
    must: 'must be an object with the functions debug, info, warn and error, as console and pino are',
  },
  now: { is: isFunction, must: 'must be a function that returns epoch milliseconds, for example Date.now' },
};

const backoffKeys = ['firstMs', 'maxMs'];

/** Refuses an option whose value is of another kind than it can be. What its value says is checked by who reads it. */
export function checkKinds(options: object): void {
  const given = options as Readonly<Record<string, unknown>>;
  for (const [option, { is, must }] of Object.entries(kinds)) {
    const value = given[option];
    if (value === undefined || is(value)) continue;
    throw invalidOption(option, isFunction(value) && option !== 'logger' ? `is a function: call it. It ${must}` : must);
  }
  const backoff = isObject(given.delivery) ? given.delivery.backoff : undefined;
  if (backoff === undefined) return;
  const isKnown = isObject(backoff) && Object.keys(backoff).every((key) => backoffKeys.includes(key));
  if (!isKnown) throw invalidOption('delivery.backoff', `must be an object of ${backoffKeys.join(' and ')}`);
}
