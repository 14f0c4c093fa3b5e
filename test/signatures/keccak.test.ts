import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { keccak_256 } from '@noble/hashes/sha3';
import { compiledKeccak, createKeccak, keccak256 } from '../../lib/signatures/keccak.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** Bytes that differ from each other, the same in every run. */
const bytesOf = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 167 + (at >> 8)) & 0xff));

test('keccak256 has the published values', () => {
  assert.equal(hex(keccak256()), 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
  assert.equal(hex(keccak256('abc')), '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
  const transfer = 'Transfer(address,address,uint256)';
  assert.equal(hex(keccak256(transfer)), 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef');
});

test('it is compiled, and what is compiled says what JavaScript says, for every length around a block and for long ones', () => {
  assert.ok(compiledKeccak() !== undefined, 'no WebAssembly');
  const long = [65_279, 65_280, 65_281, 65_416, 200_000];
  for (const length of [...Array.from({ length: 420 }, (_, each) => each), ...long]) {
    const bytes = bytesOf(length);
    assert.equal(hex(keccak256(bytes)), hex(keccak_256(bytes)), `${length} bytes`);
  }
});

test('hashes that are fed piece by piece, in turns, do not mix', () => {
  const bytes = bytesOf(70_000);
  for (const size of [1, 7, 135, 136, 137, 1_000, 65_280]) {
    const [one, other] = [createKeccak(), createKeccak()];
    const end = size < 100 ? 700 : bytes.length;
    for (let at = 0; at < end; at += size) {
      one.update(bytes.subarray(at, Math.min(end, at + size)));
      other.update(bytes.subarray(0, 3));
    }
    const pieces = Math.ceil(end / size);
    assert.equal(hex(one.digest()), hex(keccak_256(bytes.subarray(0, end))), `pieces of ${size}`);
    assert.equal(hex(other.digest()), hex(keccak_256(Buffer.concat(Array(pieces).fill(bytes.subarray(0, 3))))));
  }
});

test('where WebAssembly is not allowed, or not there, the hash is the same, of large bodies too', async () => {
  const bytes = bytesOf(300_000);
  for (const takenAway of [
    'delete globalThis.WebAssembly',
    'WebAssembly.Module = class { constructor() { throw 1 } }',
  ]) {
    const program = `const { compiledKeccak } = await import('./lib/signatures/keccak.ts');
      const { digestSteps } = await import('./lib/signatures/hash-steps.ts');
      const { runSteps } = await import('./lib/signatures/steps.ts');
      ${takenAway};
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 167 + (at >> 8)) & 0xff));
      const hash = await runSteps(digestSteps('keccak256', [bytes]));
      console.log(compiledKeccak() === undefined, Buffer.from(hash).toString('hex'));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    assert.equal(stdout.trim(), `true ${hex(keccak_256(bytes))}`, takenAway);
  }
});
