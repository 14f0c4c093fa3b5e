import {
  AccountRole,
  type Address,
  address,
  getAddressEncoder,
  getProgramDerivedAddress,
  type Instruction,
} from '@solana/kit';

// The few instructions that the tests send, as the programs read them.

export const systemProgram = address('11111111111111111111111111111111');
export const tokenProgram = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const token2022 = address('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const wrappedSol = address('So11111111111111111111111111111111111111112');
export const tableProgram = address('AddressLookupTab1e1111111111111111111111111');
const ataProgram = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
const memoProgram = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

const { READONLY, WRITABLE, READONLY_SIGNER, WRITABLE_SIGNER } = AccountRole;
type Role = (typeof AccountRole)[keyof typeof AccountRole];

function instruction(programAddress: Address, accounts: readonly [Address, Role][], data: Uint8Array): Instruction {
  return { programAddress, accounts: accounts.map(([key, role]) => ({ address: key, role })), data };
}

const bytes = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));
const key = (of: Address): Uint8Array => Uint8Array.from(getAddressEncoder().encode(of));
const u32 = (value: number): Uint8Array => {
  const written = Buffer.alloc(4);
  written.writeUInt32LE(value);
  return written;
};
const u64 = (value: bigint): Uint8Array => {
  const written = Buffer.alloc(8);
  written.writeBigUInt64LE(value);
  return written;
};

export const transferSol = (from: Address, to: Address, lamports: bigint): Instruction =>
  instruction(
    systemProgram,
    [
      [from, WRITABLE_SIGNER],
      [to, WRITABLE],
    ],
    bytes(u32(2), u64(lamports)),
  );

export const createAccount = (
  payer: Address,
  made: Address,
  { lamports, space, owner }: { lamports: bigint; space: number; owner: Address },
): Instruction =>
  instruction(
    systemProgram,
    [
      [payer, WRITABLE_SIGNER],
      [made, WRITABLE_SIGNER],
    ],
    bytes(u32(0), u64(lamports), u64(BigInt(space)), key(owner)),
  );

/** The associated token account of an owner. */
export async function tokenAccountOf(owner: Address, mint: Address, program: Address = tokenProgram): Promise<Address> {
  const [found] = await getProgramDerivedAddress({
    programAddress: ataProgram,
    seeds: [key(owner), key(program), key(mint)],
  });
  return found;
}

export async function openTokenAccount(
  payer: Address,
  owner: Address,
  mint: Address,
  program: Address = tokenProgram,
): Promise<Instruction> {
  return instruction(
    ataProgram,
    [
      [payer, WRITABLE_SIGNER],
      [await tokenAccountOf(owner, mint, program), WRITABLE],
      [owner, READONLY],
      [mint, READONLY],
      [systemProgram, READONLY],
      [program, READONLY],
    ],
    bytes(1),
  );
}

/** Tokens that lie at an associated account of an associated account come home, moved by an inner instruction. */
export async function recoverNested(owner: Address, mint: Address): Promise<Instruction> {
  const home = await tokenAccountOf(owner, mint);
  return instruction(
    ataProgram,
    [
      [await tokenAccountOf(home, mint), WRITABLE],
      [mint, READONLY],
      [home, WRITABLE],
      [home, READONLY],
      [mint, READONLY],
      [owner, WRITABLE_SIGNER],
      [tokenProgram, READONLY],
    ],
    bytes(2),
  );
}

export const initializeMint = (mint: Address, authority: Address, decimals: number, program: Address): Instruction =>
  instruction(program, [[mint, WRITABLE]], bytes(20, decimals, key(authority), 0));

/** Of Token-2022, before the mint itself: a share in hundredths of a per cent that the recipient's account withholds. */
export const initializeTransferFee = (mint: Address, basisPoints: number): Instruction =>
  instruction(
    token2022,
    [[mint, WRITABLE]],
    bytes(26, 0, 0, 0, basisPoints % 256, Math.floor(basisPoints / 256), u64(2n ** 63n)),
  );

/** A token account of its own, beside the associated one. */
export const initializeTokenAccount = (account: Address, mint: Address, owner: Address): Instruction =>
  instruction(
    tokenProgram,
    [
      [account, WRITABLE],
      [mint, READONLY],
    ],
    bytes(18, key(owner)),
  );

export const mintTo = (mint: Address, to: Address, authority: Address, amount: bigint, program: Address): Instruction =>
  instruction(
    program,
    [
      [mint, WRITABLE],
      [to, WRITABLE],
      [authority, READONLY_SIGNER],
    ],
    bytes(7, u64(amount)),
  );

export interface TokenTransfer {
  mint: Address;
  from: Address;
  to: Address;
  owner: Address;
  amount: bigint;
  decimals?: number;
  program?: Address;
}

export const transferTokens = (transfer: TokenTransfer): Instruction => {
  const { mint, from, to, owner, amount, decimals = 6, program = tokenProgram } = transfer;
  return instruction(
    program,
    [
      [from, WRITABLE],
      [mint, READONLY],
      [to, WRITABLE],
      [owner, READONLY_SIGNER],
    ],
    bytes(12, u64(amount), decimals),
  );
};

export const closeTokenAccount = (account: Address, to: Address, owner: Address): Instruction =>
  instruction(
    tokenProgram,
    [
      [account, WRITABLE],
      [to, WRITABLE],
      [owner, READONLY_SIGNER],
    ],
    bytes(9),
  );

/** Counts the lamports of an account of wrapped SOL as tokens. */
export const syncNative = (account: Address): Instruction =>
  instruction(tokenProgram, [[account, WRITABLE]], bytes(17));

export const handOver = (account: Address, owner: Address, to: Address): Instruction =>
  instruction(
    tokenProgram,
    [
      [account, WRITABLE],
      [owner, READONLY_SIGNER],
    ],
    bytes(6, 2, 1, key(to)),
  );

export const memo = (words: string): Instruction => instruction(memoProgram, [], Buffer.from(words));
