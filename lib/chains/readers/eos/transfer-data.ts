/** The transfer of a token as its contract was told it. */
export interface TransferData {
  from: string;
  to: string;
  /** Smallest units of the token. */
  amount: bigint;
  /** Decimals of the amount: `1.0000 EOS` has 4. */
  precision: number;
  symbol: string;
  /** Empty if there is none. */
  memo: string;
}

const nameCharacters = '.12345abcdefghijklmnopqrstuvwxyz';

/**
 * Reads the data of a `transfer` action of the standard token contract (`from`, `to`, `quantity`, `memo`) as the contract does, in
 * the binary form of Antelope: nodes give it with and without the ABI that the decoded form needs. Throws `TypeError` or
 * `RangeError` for what is no such data.
 */
export function readTransferData(hex: string): TransferData {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) throw new TypeError('Data of an action must be hex');
  const bytes = Buffer.from(hex, 'hex');
  const amount = bytes.readBigInt64LE(16);
  if (amount < 0n) throw new RangeError('A transfer of less than nothing');
  return {
    from: nameOf(bytes.readBigUInt64LE(0)),
    to: nameOf(bytes.readBigUInt64LE(8)),
    amount,
    precision: bytes.readUInt8(24),
    symbol: symbolOf(bytes.subarray(25, 32)),
    memo: memoOf(bytes, 32),
  };
}

/** Twelve characters of five bits each and one of four, from the highest bit down, without the dots at the end. */
function nameOf(value: bigint): string {
  let name = nameCharacters.charAt(Number(value & 0x0fn));
  let rest = value >> 4n;
  for (let index = 0; index < 12; index += 1) {
    name = nameCharacters.charAt(Number(rest & 0x1fn)) + name;
    rest >>= 5n;
  }
  return name.replace(/\.+$/, '');
}

function symbolOf(bytes: Buffer): string {
  const symbol = bytes.toString('latin1').replace(/\0+$/, '');
  if (!/^[A-Z]{1,7}$/.test(symbol)) throw new TypeError('No symbol of a token');
  return symbol;
}

function memoOf(bytes: Buffer, offset: number): string {
  let length = 0;
  let at = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at);
    at += 1;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift > 28) throw new RangeError('No length of a memo');
  }
  if (at + length > bytes.byteLength) throw new RangeError('A memo beyond the data');
  // A memo with NUL cannot be stored, and names no customer; without it, it might name one.
  return bytes.toString('utf8', at, at + length).replaceAll('\0', '\ufffd');
}
