import type { Address, Slice } from '@ton/core';
import type { TonDriver } from './driver.ts';

/**
 * What the body of a message says.
 *
 * - `plain`: nothing, or a comment: coins that somebody sends.
 * - `jettons`: a jetton wallet is told that jettons come (`internal_transfer`).
 * - `notice`: an account is told that jettons have come (`transfer_notification`).
 * - `order`: a jetton wallet is told to send jettons (`transfer`).
 * - `other`: any other operation.
 */
export type Body =
  | { kind: 'plain'; memo?: string }
  | { kind: 'jettons'; amount: bigint; from?: string; memo?: string }
  | { kind: 'notice' | 'order' | 'other' };

// TEP-74, and the comments of https://docs.ton.org.
const comment = 0;
const encryptedComment = 0x2167da4b;
const internalTransfer = 0x178d4519;
const transferNotification = 0x7362d09c;
const transfer = 0x0f8a7ea5;

/** Reads the bytes of a body, whose hash must be that one. Throws for what is no cell, or another. */
export function readBody({ Cell }: Pick<TonDriver, 'Cell'>, bytes: string, hash: string): Body {
  const cell = Cell.fromBase64(bytes);
  if (cell.hash().toString('base64') !== hash) throw new TypeError('A body with the hash of another');
  try {
    return cell.isExotic ? { kind: 'other' } : bodyIn(cell.beginParse());
  } catch {
    // Anybody writes what he likes: what ends too early is none of these.
    return { kind: 'other' };
  }
}

function bodyIn(slice: Slice): Body {
  if (slice.remainingBits === 0 && slice.remainingRefs === 0) return { kind: 'plain' };
  switch (slice.loadUint(32)) {
    case comment:
      return { kind: 'plain', ...memoOf(textIn(slice)) };
    case encryptedComment:
      return { kind: 'plain' };
    case internalTransfer:
      return jettonsIn(slice);
    case transferNotification:
      return { kind: 'notice' };
    case transfer:
      return { kind: 'order' };
    default:
      return { kind: 'other' };
  }
}

function jettonsIn(slice: Slice): Body {
  slice.skip(64); // query_id
  const amount = slice.loadCoins();
  const from = slice.loadAddressAny();
  slice.loadAddressAny(); // response_address
  slice.loadCoins(); // forward_ton_amount
  const known = from !== null && 'workChain' in from ? { from: rawAddress(from) } : {};
  return { kind: 'jettons', amount, ...known, ...memoOf(commentIn(slice)) };
}

/** The comment of a forward payload, which stands in the message itself or in a cell of its own. */
function commentIn(slice: Slice): string {
  try {
    const payload = slice.loadBit() ? slice.loadRef().beginParse() : slice;
    return payload.loadUint(32) === comment ? textIn(payload) : '';
  } catch {
    return '';
  }
}

/** Text that goes on in the first reference of each cell. Empty if it is not made of whole bytes. */
function textIn(slice: Slice): string {
  const parts: Buffer[] = [];
  for (let at = slice; ; at = at.loadRef().beginParse()) {
    if (at.remainingBits % 8 !== 0) return '';
    parts.push(at.loadBuffer(at.remainingBits / 8));
    if (at.remainingRefs === 0) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

// A memo with NUL cannot be stored, and names no customer; without it, it might name one.
function memoOf(text: string): { memo?: string } {
  return text === '' ? {} : { memo: text.replaceAll('\0', '\ufffd') };
}

export function rawAddress({ workChain, hash }: Pick<Address, 'workChain' | 'hash'>): string {
  return `${workChain}:${hash.toString('hex')}`;
}
