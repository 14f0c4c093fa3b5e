import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { compiledKeccak, padded } from './keccak.ts';
import { keccakLayout } from './keccak-module.ts';

// A thread that hashes large bodies, so that the event loop only copies them. It is started for the first of them.

/** What is to be hashed: `key` is that of an HMAC. */
export interface HashSettings {
  algorithm: string;
  key?: KeyObject;
}

/** One hash of the thread. */
export interface ThreadHash {
  /** The next bytes; `size` of them, unless they are the last. Takes them away from the caller. */
  update(piece: Uint8Array<ArrayBuffer>): void;
  /** What it comes to, with the last bytes. Rejects if the thread has ended. */
  digest(last: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** Bytes of a piece: whole blocks of Keccak, and as little as any allocator finds room for at once. */
export const pieceBytes: number = 4 * keccakLayout.mostBlocks * keccakLayout.rate;

interface Answer {
  id: number;
  hash: Uint8Array;
}

interface Waiting {
  resolve(hash: Uint8Array): void;
  reject(error: Error): void;
}

/** A thread that is there, and who waits for its answers. */
interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Why it has ended. */
  ended?: Error;
}

let thread: Thread | undefined;
let lastId = 0;

/** Begins a hash in the thread. Throws where there can be none. */
export function hashInThread(settings: HashSettings): ThreadHash {
  if (settings.algorithm === 'keccak256' && compiledKeccak() === undefined) {
    throw new Error('This process may not run WebAssembly');
  }
  thread ??= startThread();
  const started = thread;
  const { worker, waiting } = started;
  lastId += 1;
  const id = lastId;
  worker.postMessage({ id, settings });
  return {
    update: (piece) => worker.postMessage({ id, piece }, [piece.buffer]),
    digest: (last) =>
      new Promise((resolve, reject) => {
        if (started.ended !== undefined) {
          reject(started.ended);
          return;
        }
        waiting.set(id, { resolve, reject });
        // It keeps the process alive as long as somebody waits.
        worker.ref();
        const piece = settings.algorithm === 'keccak256' ? padded([last]) : last;
        worker.postMessage({ id, piece, isLast: true }, [piece.buffer]);
      }),
  };
}

function startThread(): Thread {
  const waiting = new Map<number, Waiting>();
  // Options of the process, such as loaders, are none of its.
  const worker = new Worker(source, { eval: true, execArgv: [], workerData: compiledKeccak()?.module });
  const started: Thread = { worker, waiting };

  const fail = (error: Error): void => {
    started.ended ??= error;
    if (thread === started) thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', ({ id, hash }: Answer) => {
    waiting.get(id)?.resolve(hash);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('The thread that hashes has ended')));
  worker.unref();
  return started;
}

/** A text and no file, so that a bundle holds it. */
const source = `'use strict';
const { createHash, createHmac } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');

const keccak = workerData === undefined ? undefined : new WebAssembly.Instance(workerData).exports;
const bytes = keccak === undefined ? undefined : new Uint8Array(keccak.memory.buffer);

function createKeccak() {
  const state = new Uint8Array(${keccakLayout.stateBytes});
  return {
    update(blocks) {
      bytes.set(state);
      for (let at = 0; at < blocks.length; at += ${keccakLayout.mostBlocks * keccakLayout.rate}) {
        const some = blocks.subarray(at, at + ${keccakLayout.mostBlocks * keccakLayout.rate});
        bytes.set(some, ${keccakLayout.blocksAt});
        keccak.absorb(some.length / ${keccakLayout.rate});
      }
      state.set(bytes.subarray(0, ${keccakLayout.stateBytes}));
    },
    digest: () => state.slice(0, 32),
  };
}

function create({ algorithm, key }) {
  if (key !== undefined) return createHmac(algorithm, key);
  return algorithm === 'keccak256' ? createKeccak() : createHash(algorithm);
}

const hashes = new Map();
parentPort.on('message', ({ id, settings, piece, isLast }) => {
  if (settings !== undefined) hashes.set(id, create(settings));
  else hashes.get(id).update(piece);
  if (isLast !== true) return;
  parentPort.postMessage({ id, hash: Uint8Array.from(hashes.get(id).digest()) });
  hashes.delete(id);
});
`;
