// Keccak-f[1600] (FIPS 202, section 3) as a module of WebAssembly: see docs/decisions/0017. One round is one turn of a loop, and all
// lanes are locals. How a module is encoded: https://webassembly.github.io/spec/core/binary

/** What `keccakModule` and those who call it agree on. */
export const layout = {
  /** Bytes of a block: Keccak-256. */
  rate: 136,
  /** The state begins at 0. */
  stateBytes: 200,
  blocksAt: 512,
  /** How many blocks fit. */
  mostBlocks: 480,
};

const constantsAt = layout.stateBytes;
const rounds = 24;
const pages = 2;

const lanes = Array.from({ length: 25 }, (_, lane) => lane);
/** @param {number} x @param {number} y */
const laneAt = (x, y) => (x % 5) + 5 * (y % 5);

// Locals: the parameter, two counters, then the lanes before and after they are moved, and the parities of the columns.
const [count, pointer, constant] = [0, 1, 2];
/** @param {number} lane */
const before = (lane) => 3 + lane;
/** @param {number} lane */
const after = (lane) => 28 + lane;
/** @param {number} x */
const parity = (x) => 53 + (x % 5);

/** @param {number} local */
const get = (local) => [0x20, local];
/** @param {number} local */
const set = (local) => [0x21, local];
/** @param {number} value */
const i32 = (value) => [0x41, ...signed(value)];
/** @param {number} value */
const i64 = (value) => [0x42, ...signed(value)];
/** An i64 at a fixed offset from the address on the stack. @param {number} offset */
const load = (offset) => [0x29, 3, ...unsigned(offset)];
/** @param {number} offset */
const store = (offset) => [0x37, 3, ...unsigned(offset)];
const addI32 = [0x6a];
const subtractI32 = [0x6b];
const andI64 = [0x83];
const xorI64 = [0x85];
const rotateLeftI64 = [0x89];
/** Again and again, until its last value is zero. @param {number[]} body */
const loop = (body) => [0x03, 0x40, ...body, 0x0d, 0, 0x0b];

/** The module. It exports its `memory` and `absorb(count)`, which takes in so many blocks, one at least. */
export function keccakModule() {
  const type = [0x60, ...vector([[0x7f]]), ...vector([])];
  const locals = vector([
    [2, 0x7f],
    [55, 0x7e],
  ]);
  const body = [...locals, ...absorb(), 0x0b];
  const data = [0, ...i32(constantsAt), 0x0b, ...sized(roundConstants())];
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([type])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, pages]])),
    ...section(7, vector([exported('memory', 2), exported('absorb', 0)])),
    ...section(10, vector([sized(body)])),
    ...section(11, vector([data])),
  ]);
}

function absorb() {
  const block = [
    ...lanes.slice(0, layout.rate / 8).flatMap((lane) => {
      const word = [...get(pointer), ...load(layout.blocksAt + 8 * lane)];
      return [...get(before(lane)), ...word, ...xorI64, ...set(before(lane))];
    }),
    ...[...i32(0), ...set(constant)],
    ...loop([...round(), ...add(constant, 8), ...get(constant), ...i32(8 * rounds), ...subtractI32]),
  ];
  return [
    ...lanes.flatMap((lane) => [...i32(0), ...load(8 * lane), ...set(before(lane))]),
    ...loop([...block, ...add(pointer, layout.rate), ...add(count, -1), ...get(count)]),
    ...lanes.flatMap((lane) => [...i32(0), ...get(before(lane)), ...store(8 * lane)]),
  ];
}

/** @param {number} local @param {number} value */
function add(local, value) {
  return [...get(local), ...i32(value), ...addI32, ...set(local)];
}

function round() {
  const theta = [0, 1, 2, 3, 4].flatMap((x) => [
    ...get(before(laneAt(x, 0))),
    ...[1, 2, 3, 4].flatMap((y) => [...get(before(laneAt(x, y))), ...xorI64]),
    ...set(parity(x)),
  ]);
  const rhoAndPi = lanes.flatMap((lane) => {
    const [x, y] = [lane % 5, Math.floor(lane / 5)];
    const rotated = [...get(parity(x + 1)), ...i64(1), ...rotateLeftI64];
    const mixed = [...get(before(lane)), ...get(parity(x + 4)), ...xorI64, ...rotated, ...xorI64];
    return [...mixed, ...i64(rotations[lane] ?? 0), ...rotateLeftI64, ...set(after(laneAt(y, 2 * x + 3 * y)))];
  });
  const chi = lanes.flatMap((lane) => {
    const [x, y] = [lane % 5, Math.floor(lane / 5)];
    const complement = [...get(after(laneAt(x + 1, y))), ...i64(-1), ...xorI64];
    const mixed = [...complement, ...get(after(laneAt(x + 2, y))), ...andI64];
    return [...get(after(lane)), ...mixed, ...xorI64, ...set(before(lane))];
  });
  const iota = [...get(before(0)), ...get(constant), ...load(constantsAt), ...xorI64, ...set(before(0))];
  return [...theta, ...rhoAndPi, ...chi, ...iota];
}

const rotations = rotationsOfLanes();

function rotationsOfLanes() {
  const all = lanes.map(() => 0);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t += 1) {
    all[laneAt(x, y)] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return all;
}

/** 8 bytes each, the lowest first. */
function roundConstants() {
  const bytes = Array(8 * rounds).fill(0);
  let register = 1;
  for (let at = 0; at < bytes.length; at += 8) {
    for (let j = 0; j <= 6; j += 1) {
      const bit = 2 ** j - 1;
      if (register & 1) bytes[at + (bit >> 3)] |= 1 << (bit & 7);
      register = ((register << 1) ^ ((register >> 7) * 0x71)) & 0xff;
    }
  }
  return bytes;
}

/** @param {number} id @param {number[]} content */
function section(id, content) {
  return [id, ...sized(content)];
}

/** @param {string} name @param {number} kind */
function exported(name, kind) {
  return [...sized([...Buffer.from(name)]), kind, 0];
}

/** @param {number[][]} items */
function vector(items) {
  return [...unsigned(items.length), ...items.flat()];
}

/** @param {number[]} content */
function sized(content) {
  return [...unsigned(content.length), ...content];
}

/** LEB128. @param {number} value @returns {number[]} */
function unsigned(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** @param {number} value @returns {number[]} */
function signed(value) {
  const [low, rest] = [value & 0x7f, value >> 7];
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
