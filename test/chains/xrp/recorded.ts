import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type ScriptedNode, scriptedNode } from '../scripted-node.ts';

export const mainnet = 'xrpl:0';
export const xrp = `${mainnet}/slip44:144`;
export const usd = `${mainnet}/token:USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B`;

/** A transaction with its metadata, as version 2 of the API writes it in a ledger. */
export interface Transaction {
  hash: string;
  tx_json: Record<string, unknown>;
  meta: Record<string, unknown> & { TransactionResult: string };
}

const fixture = readFileSync(new URL('../../fixtures/nodes/xrp.json', import.meta.url), 'utf8');

/** Answers of real servers: `source` in the file says of which, and where they are published. A new copy each time. */
export function recorded(): {
  partialPayment: { transaction: Transaction };
  escrowFinish: { transaction: Transaction };
  checkCash: { transaction: Transaction };
  serverInfo: { result: { info: Record<string, unknown> } };
  ledger: { result: Record<string, unknown> };
} {
  return JSON.parse(fixture);
}

/** A transaction of the type, as the protocol defines it. */
export function transaction(type: string, fields: object, meta: object = {}): Transaction {
  const tx_json = { Account: 'rGFuMiw48HdbnrUbkRYuitXTmfrDBNTCnX', Fee: '12', TransactionType: type, ...fields };
  const hash = createHash('sha256')
    .update(JSON.stringify([tx_json, meta]))
    .digest('hex')
    .toUpperCase();
  return { hash, tx_json, meta: { AffectedNodes: [], TransactionIndex: 0, TransactionResult: 'tesSUCCESS', ...meta } };
}

export function payment(amount: unknown, fields: object = {}, meta: object = {}): Transaction {
  const to = { Destination: 'rNNuQMuExCiEjeZ4h9JJnj5PSWypdMXDj4', DeliverMax: amount };
  return transaction('Payment', { ...to, ...fields }, { delivered_amount: amount, ...meta });
}

export const questions = {
  info: 'server_info [{"api_version":2}]',
  head: 'ledger [{"ledger_index":"validated","api_version":2}]',
  header: (number: number) => `ledger [{"ledger_index":${number},"api_version":2}]`,
  ledger: (number: number) => `ledger [{"ledger_index":${number},"transactions":true,"expand":true,"api_version":2}]`,
  transaction: (id: string) => `tx [{"transaction":"${id}","binary":false,"api_version":2}]`,
};

export const errors = {
  noTransaction:
    '{"error":"txnNotFound","error_code":29,"error_message":"Transaction not found.","status":"error","request":{"command":"tx"}}',
  noLedger: '{"error":"lgrNotFound","error_code":21,"error_message":"ledgerNotFound","status":"error"}',
};

export function hashOf(number: number): string {
  return createHash('sha256').update(`ledger ${number}`).digest('hex').toUpperCase();
}

/** As the recorded ledger has it, of itself and of its parent. */
function ledgerHash(number: number): string {
  const { ledger_index: own, ledger } = recorded().ledger.result;
  const { ledger_hash, parent_hash } = ledger as { ledger_hash: string; parent_hash: string };
  const known = new Map([
    [Number(own), ledger_hash],
    [Number(own) - 1, parent_hash],
  ]);
  return known.get(number) ?? hashOf(number);
}

/** A validated ledger; the recorded one by its own number. */
export function ledgerAnswer(number: number, transactions?: readonly Transaction[]): string {
  const { result } = recorded().ledger;
  const own = number === result.ledger_index;
  const hashes = own ? {} : { ledger_hash: ledgerHash(number), parent_hash: ledgerHash(number - 1) };
  const ledger = {
    ...(result.ledger as object),
    ...hashes,
    ledger_index: number,
    ...(transactions && { transactions }),
  };
  return JSON.stringify({ ...result, ...(!own && { ledger_hash: ledgerHash(number) }), ledger_index: number, ledger });
}

export function transactionAnswer(one: Transaction, number: number, validated = true): string {
  return JSON.stringify({ ...one, ...(validated && { ledger_index: number }), validated, status: 'success' });
}

export interface XrpServer extends ScriptedNode {
  script: Record<string, string | { code: number; message: string }>;
}

/** A server of the main network with these transactions in one ledger, so many below the newest validated one. */
export async function xrpServer(
  t: TestContext,
  number: number,
  transactions: readonly Transaction[],
  above = 2,
): Promise<XrpServer> {
  const script = {
    [questions.info]: JSON.stringify(recorded().serverInfo.result),
    [questions.head]: ledgerAnswer(number + above),
    [questions.header(number + above)]: ledgerAnswer(number + above),
    [questions.header(number)]: ledgerAnswer(number),
    [questions.ledger(number)]: ledgerAnswer(number, transactions),
    ...Object.fromEntries(transactions.map((one) => [questions.transaction(one.hash), transactionAnswer(one, number)])),
  };
  return { ...(await scriptedNode(t, script)), script };
}
