import { createGunzip, createInflate } from 'node:zlib';
import { DepositCallbackError } from '../errors.ts';
import { createCollector } from './collector.ts';

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

/** Inflates, and stops at `limit` bytes, so that a small body cannot become a large one. */
export function inflateBody(
  bytes: Buffer,
  coding: 'gzip' | 'deflate',
  limit: number,
  done: (error: DepositCallbackError | undefined, inflated: Buffer) => void,
): void {
  // Few large pieces, each of which costs a turn of the event loop, and small ones for a small body.
  const chunkSize = Math.min(256 * 1_024, Math.max(16 * 1_024, 8 * bytes.length));
  const stream = coding === 'gzip' ? createGunzip({ chunkSize }) : createInflate({ chunkSize });
  const body = createCollector(limit);
  const fail = (error: DepositCallbackError): void => {
    stream.destroy();
    done(error, nothing);
  };
  stream.on('data', (chunk: Buffer) => {
    if (body.length + chunk.length <= limit) body.add(chunk);
    else {
      fail(new DepositCallbackError('BODY_TOO_LARGE', `The inflated body exceeds the limit of ${limit} bytes`));
    }
  });
  stream.once('end', () => done(undefined, body.bytes()));
  stream.once('error', (cause) =>
    fail(new DepositCallbackError('BODY_ENCODING', `The body is not valid ${coding}`, { cause })),
  );
  stream.end(bytes);
}

const nothing: Buffer = Buffer.alloc(0);
