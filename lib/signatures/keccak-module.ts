// Keccak-f[1600] (FIPS 202, section 3) as a module of WebAssembly: see docs/decisions/0017. One round is one turn of a loop, and all
// lanes are locals. How a module is encoded: https://webassembly.github.io/spec/core/binary

/** The module's memory: the state begins at 0, and blocks to take in at `blocksAt`. */
export const keccakLayout = {
  /** Bytes of a block: Keccak-256. */
  rate: 136,
  stateBytes: 200,
  blocksAt: 512,
  /** How many blocks there is room for. */
  mostBlocks: 480,
} as const;

/** Bytes, nested as they are put together. */
type Code = readonly (number | Code)[];

const { rate, blocksAt, stateBytes: constantsAt } = keccakLayout;
const rounds = 24;
const pages = 2;

const lanes = Array.from({ length: 25 }, (_, lane) => lane);
const laneAt = (x: number, y: number) => (x % 5) + 5 * (y % 5);

// Locals: the parameter, two counters, then the lanes before and after they are moved, and the parities of the columns.
const count = 0;
const pointer = 1;
const constant = 2;
const before = (lane: number) => 3 + lane;
const after = (lane: number) => 28 + lane;
const parity = (x: number) => 53 + (x % 5);

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const i32 = (value: number): Code => [0x41, signed(value)];
const i64 = (value: number): Code => [0x42, signed(value)];
/** An i64 at a fixed offset from the address on the stack. */
const load = (offset: number): Code => [0x29, 3, unsigned(offset)];
const store = (offset: number): Code => [0x37, 3, unsigned(offset)];
const addI32 = 0x6a;
const subtractI32 = 0x6b;
const andI64 = 0x83;
const xorI64 = 0x85;
const rotateLeftI64 = 0x89;
const end = 0x0b;
/** Again and again, until its last value is zero. */
const loop = (body: Code): Code => [0x03, 0x40, body, 0x0d, 0, end];
const add = (local: number, value: number): Code => [get(local), i32(value), addI32, set(local)];

/** The module. It exports its `memory` and `absorb(count)`, which takes in so many blocks, one at least. */
export function keccakModule(): Uint8Array {
  const type = [0x60, vector([[0x7f]]), vector([])];
  const locals = vector([
    [2, 0x7f],
    [55, 0x7e],
  ]);
  const data = [0, i32(constantsAt), end, sized(roundConstants())];
  const module = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector([type])),
    section(3, vector([[0]])),
    section(5, vector([[0, pages]])),
    section(7, vector([exported('memory', 2), exported('absorb', 0)])),
    section(10, vector([sized([locals, absorb(), end])])),
    section(11, vector([data])),
  ];
  return Uint8Array.from(flat(module));
}

function absorb(): Code {
  const block = [
    lanes.slice(0, rate / 8).map((lane) => {
      const word = [get(pointer), load(blocksAt + 8 * lane)];
      return [get(before(lane)), word, xorI64, set(before(lane))];
    }),
    [i32(0), set(constant)],
    loop([round(), add(constant, 8), get(constant), i32(8 * rounds), subtractI32]),
  ];
  return [
    lanes.map((lane) => [i32(0), load(8 * lane), set(before(lane))]),
    loop([block, add(pointer, rate), add(count, -1), get(count)]),
    lanes.map((lane) => [i32(0), get(before(lane)), store(8 * lane)]),
  ];
}

function round(): Code {
  const rotations = rotationsOfLanes();
  const theta = [0, 1, 2, 3, 4].map((x) => [
    get(before(laneAt(x, 0))),
    [1, 2, 3, 4].map((y) => [get(before(laneAt(x, y))), xorI64]),
    set(parity(x)),
  ]);
  const rhoAndPi = lanes.map((lane) => {
    const x = lane % 5;
    const y = Math.floor(lane / 5);
    const rotated = [get(parity(x + 1)), i64(1), rotateLeftI64];
    const mixed = [get(before(lane)), get(parity(x + 4)), xorI64, rotated, xorI64];
    return [mixed, i64(rotations[lane] ?? 0), rotateLeftI64, set(after(laneAt(y, 2 * x + 3 * y)))];
  });
  const chi = lanes.map((lane) => {
    const x = lane % 5;
    const y = Math.floor(lane / 5);
    const complement = [get(after(laneAt(x + 1, y))), i64(-1), xorI64];
    const mixed = [complement, get(after(laneAt(x + 2, y))), andI64];
    return [get(after(lane)), mixed, xorI64, set(before(lane))];
  });
  const iota = [get(before(0)), get(constant), load(constantsAt), xorI64, set(before(0))];
  return [theta, rhoAndPi, chi, iota];
}

function rotationsOfLanes(): readonly number[] {
  const all = lanes.map(() => 0);
  let x = 1;
  let y = 0;
  for (let t = 0; t < 24; t += 1) {
    all[laneAt(x, y)] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return all;
}

/** 8 bytes each, the lowest first. */
function roundConstants(): readonly number[] {
  const bytes = new Uint8Array(8 * rounds);
  let register = 1;
  for (let at = 0; at < bytes.length; at += 8) {
    for (let j = 0; j <= 6; j += 1) {
      const bit = 2 ** j - 1;
      const byte = at + (bit >> 3);
      if (register & 1) bytes[byte] = (bytes[byte] ?? 0) | (1 << (bit & 7));
      register = ((register << 1) ^ ((register >> 7) * 0x71)) & 0xff;
    }
  }
  return [...bytes];
}

function section(id: number, content: Code): Code {
  return [id, sized(content)];
}

function exported(name: string, kind: number): Code {
  return [sized([...Buffer.from(name)]), kind, 0];
}

function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

function sized(content: Code): Code {
  const bytes = flat(content);
  return [unsigned(bytes.length), bytes];
}

function flat(code: Code): number[] {
  // The compiler follows `flat` through each level, and there is no last one.
  const nested = code as readonly unknown[];
  return nested.flat(Number.POSITIVE_INFINITY) as number[];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, signed(rest)];
}
