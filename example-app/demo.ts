import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallbackRecord } from 'deposit-callback';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { signCallback } from 'deposit-callback/testing';
import { coins, symbolOf } from './coins.ts';
import { openExchange } from './exchange.ts';
import { type Balance, balances } from './ledger.ts';
import { expectedBalances, type Step, script } from './script.ts';
import { printTable } from './table.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-demo-'));
const exchange = await openExchange({
  path: join(directory, 'exchange.db'),
  // The partner's callbacks are allowed from one network only, and this machine is not in it.
  providers: [
    imtoken({ secrets: [secret] }),
    imtoken({ name: 'partner', secrets: [secret], sources: ['203.0.113.0/24'] }),
  ],
});
const server = exchange.app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

let last: CallbackRecord | undefined;
exchange.callbacks.on('outcome', (record) => {
  last = record;
});

const problems: string[] = [];
const rows: string[][] = [];
for (const [index, step] of script().entries()) {
  const before = balances(exchange.database);
  const status = await send(step);
  await exchange.callbacks.idle();
  const credited = difference(before, balances(exchange.database));
  const outcome = (last?.outcome === 'rejected' ? last.code : last?.outcome) ?? 'none';
  const units = credited.reduce((sum, one) => sum + one.amount, 0n);
  const right = status === step.status && outcome === step.outcome && units === step.credits;
  if (!right)
    problems.push(
      `${step.title}: expected ${step.status} ${step.outcome} and ${step.credits} units, got ${status} ${outcome} and ${units}`,
    );
  const money = credited
    .map((one) => `${one.customer} +${coins(one.amount, one.asset)} ${symbolOf(one.asset)}`)
    .join(', ');
  rows.push([String(index + 1), step.title, String(status), last?.code ?? outcome, money, right ? 'ok' : 'WRONG']);
}
printTable(['#', 'sent', 'answer', 'outcome', 'credited', ''], rows);

const owned = balances(exchange.database);
printTable(
  ['customer', 'balance', 'asset'],
  owned.map((one) => [one.customer, coins(one.amount, one.asset), symbolOf(one.asset)]),
);
const text = (list: Balance[]): string =>
  list
    .map((one) => `${one.customer} ${one.asset.toLowerCase()} ${one.amount}`)
    .sort()
    .join('\n');
if (text(owned) !== text(expectedBalances())) problems.push('The balances are not the sum of the good callbacks');

server.close();
await exchange.callbacks.close();
await rm(directory, { recursive: true });
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'Every balance is exact.' : `${problems.length} wrong.`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Sends a step as the wallet would, over HTTP, and returns the status. */
async function send(step: Step): Promise<number> {
  const signed = signCallback(imtoken({ secrets: [secret] }), {
    secret: step.secret ?? secret,
    body: step.body,
    now: Date.now() - (step.ageMs ?? 0),
    ...(step.id === undefined ? {} : { id: step.id }),
  });
  const body = step.tamper ? step.tamper(signed.body) : signed.body;
  const url = `http://127.0.0.1:${port}/callbacks/${step.provider}`;
  const response = await fetch(url, { method: 'POST', headers: signed.headers, body: new Uint8Array(body) });
  await response.arrayBuffer();
  return response.status;
}

/** What was added to each balance. */
function difference(before: Balance[], after: Balance[]): Balance[] {
  return after.flatMap((now) => {
    const was = before.find((one) => one.customer === now.customer && one.asset === now.asset)?.amount ?? 0n;
    return now.amount === was ? [] : [{ ...now, amount: now.amount - was }];
  });
}
