import { unitsFrom } from '../../../deposits/amount.ts';
import {
  array,
  boolean,
  type Json,
  member,
  numberText,
  object,
  optionalBoolean,
  optionalInteger,
  optionalText,
  text,
} from '../../../json/json.ts';
import { addressOn, transactionIdOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import { type Body, readBody } from './bodies.ts';
import type { TonDriver } from './driver.ts';

/** One account's step: a message that came, and what followed. */
export interface TonTransaction {
  id: string;
  account: string;
  /** Number of the masterchain block that holds it; undefined if none does yet. */
  block: bigint | undefined;
  /** The message from another account that it is about; undefined for a message from outside, or one that came back. */
  message: TonMessage | undefined;
  /** Whether the contract carried the message out, and did all that it wanted to do. */
  executed: boolean;
  /** Whether the coins of the message went back, or were too few for that. */
  sentBack: boolean;
  /** Whether the contract itself sent something to the sender. */
  replied: boolean;
}

export interface TonMessage {
  from: string;
  /** Nanotons. */
  value: bigint;
  body: Body;
}

/** Reads a transaction as version 3 of toncenter's API writes it. Throws `BODY_UNREADABLE` or `TypeError`. */
export function readTransaction(json: Json, network: Network, driver: Pick<TonDriver, 'Cell'>): TonTransaction {
  const account = addressOn(network, text(json, 'account'));
  const description = object(json, 'description');
  const message =
    text(description, 'type') === 'ord' ? readMessage(member(json, 'in_msg'), network, driver) : undefined;
  const replies = array(json, 'out_msgs').map((one) => optionalText(one, 'destination'));
  return {
    id: transactionIdOn(network, `${account}:${numberText(json, 'lt')}:${text(json, 'hash')}`),
    account,
    block: blockOf(json),
    message,
    executed: isExecuted(description),
    sentBack: (member(description, 'bounce') ?? null) !== null,
    replied: replies.some((to) => to !== undefined && to.toLowerCase() === message?.from),
  };
}

/** What is emulated, or not in the masterchain, is only likely to happen. */
function blockOf(json: Json): bigint | undefined {
  const number = optionalInteger(json, 'mc_block_seqno');
  const isFinal = (optionalText(json, 'finality') ?? 'finalized') === 'finalized';
  if (number === undefined || !isFinal || optionalBoolean(json, 'emulated') === true) return undefined;
  return BigInt(number);
}

function readMessage(
  json: Json | undefined,
  network: Network,
  driver: Pick<TonDriver, 'Cell'>,
): TonMessage | undefined {
  const source = optionalText(json, 'source');
  if (source === undefined || boolean(json, 'bounced')) return undefined;
  const content = object(json, 'message_content');
  return {
    from: addressOn(network, source),
    value: unitsFrom({ units: numberText(json, 'value') }, undefined),
    body: readBody(driver, text(content, 'body'), text(content, 'hash')),
  };
}

function isExecuted(description: Json): boolean {
  const action = member(description, 'action') ?? null;
  return (
    optionalBoolean(description, 'aborted') === false &&
    optionalBoolean(description, 'compute_ph.success') === true &&
    (action === null || boolean(action, 'success'))
  );
}
