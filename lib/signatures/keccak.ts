import { keccak_256 } from '@noble/hashes/sha3';
import { keccakLayout, keccakModule } from './keccak-module.ts';

/** A hash that is fed piece by piece. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** What we use of `globalThis.WebAssembly`, which no type of Node declares. */
interface Assembler {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: KeccakExports };
}

interface KeccakExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  absorb(blocks: number): void;
}

/** Keccak's permutation, compiled. */
export interface CompiledKeccak {
  /** A `WebAssembly.Module`, which may be sent to another thread. */
  readonly module: object;
  readonly memory: Uint8Array;
  absorb(blocks: number): void;
}

const { rate, stateBytes, blocksAt, mostBlocks } = keccakLayout;
const hashBytes = 32;

let compiled: CompiledKeccak | 'none' | undefined;

/** Undefined where this process may not run WebAssembly: Node's `--jitless`. */
export function compiledKeccak(): CompiledKeccak | undefined {
  compiled ??= compile() ?? 'none';
  return compiled === 'none' ? undefined : compiled;
}

function compile(): CompiledKeccak | undefined {
  const { WebAssembly: assembler } = globalThis as { readonly WebAssembly?: Assembler };
  if (assembler === undefined) return undefined;
  try {
    const module = new assembler.Module(keccakModule());
    const { memory, absorb } = new assembler.Instance(module).exports;
    return { module, absorb, memory: new Uint8Array(memory.buffer) };
  } catch {
    // A host may forbid it: JavaScript gives the same hash, more slowly.
    return undefined;
  }
}

/** Keccak-256 as Ethereum uses it (the padding from before SHA-3), over the parts as if they were joined. */
export function keccak256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createKeccak();
  for (const part of parts) hash.update(typeof part === 'string' ? Buffer.from(part) : part);
  return hash.digest();
}

/** `keccak256`, piece by piece. */
export function createKeccak(): Hash {
  const keccak = compiledKeccak();
  return keccak === undefined ? keccak_256.create() : sponge(keccak);
}

/** One of many at the same time: what it was fed lies outside of the module's memory. */
function sponge({ memory, absorb }: CompiledKeccak): Hash {
  const state = new Uint8Array(stateBytes);
  const rest = new Uint8Array(rate);
  let length = 0;

  const take = (blocks: Uint8Array): void => {
    memory.set(state);
    for (let at = 0; at < blocks.length; at += mostBlocks * rate) {
      const some = blocks.subarray(at, at + mostBlocks * rate);
      memory.set(some, blocksAt);
      absorb(some.length / rate);
    }
    state.set(memory.subarray(0, stateBytes));
  };

  return {
    update(bytes) {
      let from = 0;
      if (length > 0) {
        from = Math.min(rate - length, bytes.length);
        rest.set(bytes.subarray(0, from), length);
        length += from;
        if (length < rate) return;
        take(rest);
      }
      const end = bytes.length - ((bytes.length - from) % rate);
      if (end > from) take(bytes.subarray(from, end));
      rest.set(bytes.subarray(end));
      length = bytes.length - end;
    },
    digest() {
      take(padded([rest.subarray(0, length)]));
      return state.slice(0, hashBytes);
    },
  };
}

/** The parts in one, up to whole blocks. */
export function padded(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const message = new Uint8Array(length - (length % rate) + rate);
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  message[length] = 0x01;
  message[message.length - 1] = (message[message.length - 1] ?? 0) | 0x80;
  return message;
}
