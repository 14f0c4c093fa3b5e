import { gunzip, inflate } from 'node:zlib';
import { DepositCallbackError } from '../errors.ts';

/** A content coding that a body may come in. */
export type Coding = 'identity' | 'gzip' | 'deflate';

/** The coding that the header names; undefined for one that is not supported, several included. */
export function readCoding(header: string | undefined): Coding | undefined {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  return name === 'deflate' ? 'deflate' : undefined;
}

/** Whether the bytes begin as that coding does; bytes that an earlier parser kept may be inflated already. */
export function looksEncoded(bytes: Buffer, coding: Coding): boolean {
  if (coding === 'gzip') return bytes[0] === 0x1f && bytes[1] === 0x8b;
  // RFC 1950, section 2.2: method 8, and a header divisible by 31.
  return coding === 'deflate' && bytes.length > 1 && ((bytes[0] ?? 0) & 15) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

/** Most bodies inflate to less than this much of their length. */
const usualRatio = 16;
const leastRoom = 16 * 1_024;
const mostRoom = 1_024 * 1_024;

/**
 * Inflates, and stops at `limit` bytes, so that a small body cannot become a large one. Another thread fills one buffer: each more
 * would be a turn of the event loop, and a copy.
 */
export function inflateBody(
  bytes: Buffer,
  coding: 'gzip' | 'deflate',
  limit: number,
  done: (error: DepositCallbackError | undefined, inflated: Buffer) => void,
): void {
  const room = Math.min(limit, mostRoom, Math.max(leastRoom, usualRatio * bytes.length));
  inflateInto(room, bytes, coding, (error, inflated) => {
    if (error?.code === 'ERR_BUFFER_TOO_LARGE' && room < limit) {
      inflateInto(limit, bytes, coding, (again, all) => settle(again, all));
    } else settle(error, inflated);
  });

  const settle = (error: NodeJS.ErrnoException | null, inflated: Buffer): void => {
    if (error === null) done(undefined, inflated);
    else if (error.code === 'ERR_BUFFER_TOO_LARGE') {
      done(
        new DepositCallbackError('BODY_TOO_LARGE', `The inflated body exceeds the limit of ${limit} bytes`),
        nothing,
      );
    } else {
      done(new DepositCallbackError('BODY_ENCODING', `The body is not valid ${coding}`, { cause: error }), nothing);
    }
  };
}

function inflateInto(
  room: number,
  bytes: Buffer,
  coding: 'gzip' | 'deflate',
  done: (error: NodeJS.ErrnoException | null, inflated: Buffer) => void,
): void {
  // One byte more, or a body that fills all of it would need a second buffer to end in.
  const options = { chunkSize: room + 1, maxOutputLength: room };
  if (coding === 'gzip') gunzip(bytes, options, done);
  else inflate(bytes, options, done);
}

const nothing: Buffer = Buffer.alloc(0);
