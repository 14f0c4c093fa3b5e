// Enough of an assembler to write the few contracts of these tests by hand: a compiler would weigh more than they do.

const opcodes: Readonly<Record<string, number>> = {
  STOP: 0x00,
  ADD: 0x01,
  SUB: 0x03,
  LT: 0x10,
  EQ: 0x14,
  ISZERO: 0x15,
  SHR: 0x1c,
  CALLER: 0x33,
  CALLVALUE: 0x34,
  CALLDATALOAD: 0x35,
  CALLDATASIZE: 0x36,
  CALLDATACOPY: 0x37,
  CODECOPY: 0x39,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  JUMPI: 0x57,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  PUSH0: 0x5f,
  DUP1: 0x80,
  DUP2: 0x81,
  DUP3: 0x82,
  SWAP1: 0x90,
  SWAP2: 0x91,
  LOG3: 0xa3,
  LOG4: 0xa4,
  CALL: 0xf1,
  RETURN: 0xf3,
  REVERT: 0xfd,
};

/**
 * Bytes of a program: opcodes by name, `0x...` pushes those bytes, `@name` pushes where `name:` stands. A label is a
 * JUMPDEST of its own.
 */
export function assemble(program: string): Buffer {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const holes: { at: number; label: string }[] = [];
  for (const word of program.replace(/;.*$/gm, '').split(/\s+/).filter(Boolean)) {
    if (word.endsWith(':')) {
      labels.set(word.slice(0, -1), bytes.length);
      bytes.push(opcode('JUMPDEST'));
    } else if (word.startsWith('@')) {
      bytes.push(0x61, 0, 0);
      holes.push({ at: bytes.length - 2, label: word.slice(1) });
    } else if (word.startsWith('0x')) {
      const pushed = Buffer.from(word.slice(2), 'hex');
      bytes.push(0x5f + pushed.length, ...pushed);
    } else {
      bytes.push(opcode(word));
    }
  }
  const code = Buffer.from(bytes);
  for (const { at, label } of holes) {
    const place = labels.get(label);
    if (place === undefined) throw new Error(`No label ${label}`);
    code.writeUInt16BE(place, at);
  }
  return code;
}

/** Code that deploys `code`, after running `setUp`. */
export function deployment(code: Buffer, setUp = ''): string {
  const head = (offset: number): Buffer =>
    assemble(
      `${setUp} 0x${hex(code.length, 2)} 0x${hex(offset, 2)} PUSH0 CODECOPY 0x${hex(code.length, 2)} PUSH0 RETURN`,
    );
  return `0x${Buffer.concat([head(head(0).length), code]).toString('hex')}`;
}

export function hex(value: number | bigint, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0');
}

function opcode(name: string): number {
  const code = opcodes[name];
  if (code === undefined) throw new Error(`No opcode ${name}`);
  return code;
}
