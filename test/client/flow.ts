import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './.tmp/api.js';

// A customer's program: everything that it sends and reads has the types that the OpenAPI document gave.

type Notifier = Client<paths>;
type Callback = components['schemas']['Callback'];

/** What the program stands in. */
export interface Surroundings {
  baseUrl: string;
  adminSecret: string;
  receiverUrl: string;
  network: string;
  address: string;
  /** Pays to the address; resolves with the transaction once the notifier has sent what is due. */
  deposit(): Promise<string>;
  /** Resolves once the notifier has sent what is due. */
  sent(): Promise<void>;
}

export interface Outcome {
  signingSecret: string;
  /** Ids and types of what the list says of the transaction, oldest first. */
  told: { id: string; type: string; httpStatus: number | null }[];
  /** HTTP statuses of the attempts of the first one. */
  attempts: (number | null)[];
  body: string;
  resent: number;
  label: string | undefined;
  /** Codes of what was refused. */
  refused: string[];
}

export async function run(given: Surroundings): Promise<Outcome> {
  const { baseUrl, adminSecret, network, address } = given;
  const operator = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${adminSecret}` } });
  const made = await operator.POST('/v1/keys', {
    body: { name: 'shop', scopes: ['watches:write', 'callbacks:write'] },
    params: { header: { 'idempotency-key': 'the-first-key' } },
  });
  const customer = createClient<paths>({ baseUrl, headers: { 'x-api-key': need(made.data).key } });
  const added = await customer.POST('/v1/callback-urls', {
    body: { url: given.receiverUrl, filters: { networks: [network], types: ['deposit.pending', 'deposit.confirmed'] } },
  });
  const { callbackUrl, signingSecret } = need(added.data);
  need((await customer.POST('/v1/watches', { body: { network, address, label: 'customer 7' } })).data);
  const watch = await customer.GET('/v1/watches/{network}/{address}', { params: { path: { network, address } } });

  const transaction = await given.deposit();
  const told = await search(customer, transaction);
  const id = need(told[0]).id;
  const again = await customer.POST('/v1/callbacks/resend', { body: { transaction, type: 'deposit.pending' } });
  await given.sent();
  const whole = need((await customer.GET('/v1/callbacks/{id}', { params: { path: { id } } })).data);
  return {
    signingSecret,
    told: told.map((one) => ({ id: one.id, type: one.type, httpStatus: one.httpStatus })),
    attempts: whole.history.map((one) => one.httpStatus),
    body: whole.body,
    resent: need(again.data).queued,
    label: need(watch.data).label,
    refused: await refused(customer, callbackUrl.id),
  };
}

/** Every page. */
async function search(customer: Notifier, transaction: string): Promise<Callback[]> {
  const found: Callback[] = [];
  let before: string | undefined;
  do {
    const query = { transaction, limit: 1, ...(before === undefined ? {} : { before }) };
    const { callbacks, next } = need((await customer.GET('/v1/callbacks', { params: { query } })).data);
    found.unshift(...callbacks);
    before = next;
  } while (before !== undefined);
  return found;
}

async function refused(customer: Notifier, id: string): Promise<string[]> {
  const answers = [
    await customer.GET('/v1/callback-urls/{id}', { params: { path: { id: 'url_none' } } }),
    await customer.POST('/v1/key/rotate', {}),
    await customer.POST('/v1/watches', { body: { network: 'eip155:56', address: '0x00' } }),
    await customer.PATCH('/v1/callback-urls/{id}', { params: { path: { id } }, body: { url: 'http://' } }),
  ];
  return answers.map(({ error }) => need(error).code);
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The notifier refused what the program asked');
  return value;
}

/** Is compiled and not run: what the document does not allow does not compile. */
export async function misuses(customer: Notifier): Promise<void> {
  // @ts-expect-error There is no such path.
  await customer.GET('/v1/deposits');
  // @ts-expect-error A watch needs its network.
  await customer.POST('/v1/watches', { body: { address: '0x00' } });
  // @ts-expect-error Block numbers are strings.
  await customer.POST('/v1/backfills', { body: { network: 'eip155:1', fromBlock: 1 } });
  // @ts-expect-error A test goes to every URL, whatever its filters.
  await customer.POST('/v1/callback-urls', { body: { url: 'https://shop.example', filters: { types: ['test'] } } });
  const { data } = await customer.GET('/v1/callback-url');
  // @ts-expect-error Secrets are shown once, and not here.
  data?.signingSecret;
}
