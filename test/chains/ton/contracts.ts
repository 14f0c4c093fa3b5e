import { readFileSync } from 'node:fs';
import { type Address, beginCell, Cell, contractAddress, type StateInit } from '@ton/core';

// The standard jetton, whose source test/fixtures/chains/ton/README.md names, and the messages that its contracts take.

const compiled = JSON.parse(readFileSync(new URL('../../fixtures/chains/ton/jetton.json', import.meta.url), 'utf8'));
const minterCode = Cell.fromBase64(compiled.minter);
export const walletCode: Cell = Cell.fromBase64(compiled.wallet);

export const ops = {
  transfer: 0x0f8a7ea5,
  internalTransfer: 0x178d4519,
  notification: 0x7362d09c,
  excesses: 0xd53276db,
  encryptedComment: 0x2167da4b,
};

export interface Deployed {
  address: Address;
  init: StateInit;
}

const deployed = (init: StateInit): Deployed => ({ address: contractAddress(0, init), init });

/** A jetton of this name; two of one name differ by their edition. */
export function minter(admin: Address, name: string, edition: number): Deployed {
  const content = beginCell().storeUint(1, 8).storeUint(edition, 8).storeStringTail(name).endCell();
  const data = beginCell().storeCoins(0).storeAddress(admin).storeRef(content).storeRef(walletCode).endCell();
  return deployed({ code: minterCode, data });
}

/** The wallet of an owner; with other code in its data than its own, one that takes jettons from whoever has that code. */
export function wallet(owner: Address, master: Address, inside: Cell = walletCode): Deployed {
  const data = beginCell().storeCoins(0).storeAddress(owner).storeAddress(master).storeRef(inside).endCell();
  return deployed({ code: walletCode, data });
}

/** The contract whose messages such a wallet takes for those of another wallet of the jetton. */
export function accomplice(owner: Address, master: Address, inside: Cell): Address {
  const data = beginCell().storeCoins(0).storeAddress(owner).storeAddress(master).storeRef(inside).endCell();
  return contractAddress(0, { code: inside, data });
}

/** A contract that sends to its sender what it was sent. */
export const mirror: Deployed = deployed({
  code: beginCell()
    .storeBuffer(Buffer.from('FF003030D0D30331FA40308018C8CB05CE70FA027001CB6AC98040FB00', 'hex'))
    .endCell(),
  data: new Cell(),
});

export const comment = (text: string): Cell => beginCell().storeUint(0, 32).storeStringTail(text).endCell();

export interface JettonTransfer {
  amount: bigint;
  /** Recipient of the jettons, or the sender that a wallet is told. */
  party: Address;
  excessesTo?: Address;
  /** Coins that go on to the recipient, with the payload. */
  forward?: bigint;
  payload?: Cell;
  /** In the message itself in place of a cell of its own. */
  inline?: boolean;
}

/** To one's own wallet: send jettons. */
export function transferBody({ amount, party, excessesTo, ...rest }: JettonTransfer): Cell {
  const body = beginCell().storeUint(ops.transfer, 32).storeUint(1, 64).storeCoins(amount).storeAddress(party);
  return storePayload(body.storeAddress(excessesTo ?? null).storeBit(false), rest).endCell();
}

/** To a wallet: jettons have come. */
export function internalTransferBody({ amount, party, excessesTo, ...rest }: JettonTransfer): Cell {
  const body = beginCell().storeUint(ops.internalTransfer, 32).storeUint(1, 64).storeCoins(amount);
  return storePayload(body.storeAddress(party).storeAddress(excessesTo ?? null), rest).endCell();
}

/** To an owner: jettons have come. */
export function notificationBody({ amount, party, payload }: JettonTransfer): Cell {
  const body = beginCell().storeUint(ops.notification, 32).storeUint(1, 64).storeCoins(amount).storeAddress(party);
  return body.storeMaybeRef(payload ?? null).endCell();
}

/** To a minter: make jettons. */
export function mintBody(to: Address, told: Cell): Cell {
  return beginCell()
    .storeUint(21, 32)
    .storeUint(1, 64)
    .storeAddress(to)
    .storeCoins(200_000_000n)
    .storeRef(told)
    .endCell();
}

function storePayload(
  body: ReturnType<typeof beginCell>,
  { forward = 0n, payload, inline = false }: Pick<JettonTransfer, 'forward' | 'payload' | 'inline'>,
): ReturnType<typeof beginCell> {
  body.storeCoins(forward);
  if (!inline || payload === undefined) return body.storeMaybeRef(payload ?? null);
  return body.storeBit(false).storeSlice(payload.beginParse());
}
