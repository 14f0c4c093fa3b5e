import {
  type Address,
  appendTransactionMessageInstructions,
  compileTransaction,
  compressTransactionMessageUsingAddressLookupTables,
  createTransactionMessage,
  getAddressDecoder,
  getBase58Decoder,
  getCompiledTransactionMessageDecoder,
  type Instruction,
  type KeyPairSigner,
  lamports,
  type MaybeEncodedAccount,
  setTransactionMessageFeePayer,
  signTransaction,
} from '@solana/kit';
import { FailedTransactionMetadata, type LiteSVM, type TransactionMetadata } from 'litesvm';
import { systemProgram, token2022, tokenProgram } from './solana-instructions.ts';

const feeOfSignature = 5_000n;

/** The accounts of lookup tables. */
export type Tables = Readonly<Record<Address, Address[]>>;

type Compiled = ReturnType<typeof compileTransaction>;

/** A transaction that the runtime has executed, with what a node keeps of it. */
export interface Executed {
  signatures: string[];
  keys: string[];
  loaded: { writable: string[]; readonly: string[] };
  version: 'legacy' | 0 | 1;
  meta: Record<string, unknown>;
  /** Its accounts as they were before it. */
  before: readonly MaybeEncodedAccount[];
}

/** Runs one transaction, and notes the balances of its accounts before and after it. */
export async function execute(
  svm: LiteSVM,
  payer: KeyPairSigner,
  instructions: readonly Instruction[],
  signers: readonly KeyPairSigner[],
  tables: Tables | undefined,
): Promise<Executed> {
  const compiled = compile(svm, payer.address, instructions, tables);
  const keyPairs = [payer, ...signers].map((signer) => signer.keyPair);
  const transaction = await signTransaction([...new Set(keyPairs)], compiled);
  const decoded = getCompiledTransactionMessageDecoder().decode(compiled.messageBytes);
  const loaded = loadedBy('addressTableLookups' in decoded ? (decoded.addressTableLookups ?? []) : [], tables);
  const keys = decoded.staticAccounts;
  const all = [...keys, ...loaded.writable, ...loaded.readonly];

  const accounts = all.map((account) => svm.getAccount(account));
  const before = balancesOf(svm, all);
  const done = svm.sendTransaction(transaction);
  const report = done instanceof FailedTransactionMetadata ? done.meta() : done;
  const after = balancesOf(svm, all);
  svm.expireBlockhash();
  const signatures = Object.values(transaction.signatures).map((one) =>
    getBase58Decoder().decode(one ?? new Uint8Array()),
  );
  const fee = feeOfSignature * BigInt(signatures.length);
  const total = (lamportsOf: readonly bigint[]): bigint => lamportsOf.reduce((sum, one) => sum + one, 0n);
  if (total(before.lamports) - total(after.lamports) !== fee) throw new Error('The runtime took another fee');
  return {
    signatures,
    keys,
    loaded,
    version: decoded.version as Executed['version'],
    before: accounts,
    meta: {
      err: done instanceof FailedTransactionMetadata ? { InstructionError: [0, done.err().toString()] } : null,
      fee,
      innerInstructions: innerInstructions(report),
      logMessages: report.logs(),
      preBalances: before.lamports,
      postBalances: after.lamports,
      preTokenBalances: before.tokens,
      postTokenBalances: after.tokens,
    },
  };
}

/** Sets the accounts back to what they were before transactions, as after a fork that the cluster has left. */
export function undo(svm: LiteSVM, executed: readonly Executed[]): void {
  for (const account of executed.toReversed().flatMap(({ before }) => before)) {
    if (account.exists) svm.setAccount(account);
    else svm.setAccount({ ...nothing, address: account.address });
  }
}

const nothing = {
  data: new Uint8Array(),
  executable: false,
  lamports: lamports(0n),
  programAddress: systemProgram,
  space: 0n,
};

function innerInstructions(report: TransactionMetadata): unknown[] {
  return report.innerInstructions().flatMap((inner, index) => {
    const instructions = inner.map((one) => ({
      accounts: [...one.instruction().accounts()],
      data: getBase58Decoder().decode(one.instruction().data()),
      programIdIndex: one.instruction().programIdIndex(),
      stackHeight: one.stackHeight(),
    }));
    return instructions.length === 0 ? [] : [{ index, instructions }];
  });
}

function loadedBy(
  lookups: readonly {
    lookupTableAddress: Address;
    readonlyIndexes: readonly number[];
    writableIndexes: readonly number[];
  }[],
  tables: Tables = {},
): { writable: Address[]; readonly: Address[] } {
  const from = (table: Address, indexes: readonly number[]): Address[] =>
    indexes.flatMap((index) => tables[table]?.[index] ?? []);
  return {
    writable: lookups.flatMap((one) => from(one.lookupTableAddress, one.writableIndexes)),
    readonly: lookups.flatMap((one) => from(one.lookupTableAddress, one.readonlyIndexes)),
  };
}

function compile(
  svm: LiteSVM,
  payer: Address,
  instructions: readonly Instruction[],
  tables: Tables | undefined,
): Compiled {
  if (!tables) {
    const legacy = setTransactionMessageFeePayer(payer, createTransactionMessage({ version: 'legacy' }));
    const whole = appendTransactionMessageInstructions(instructions, legacy);
    return compileTransaction(svm.setTransactionMessageLifetimeUsingLatestBlockhash(whole));
  }
  const empty = setTransactionMessageFeePayer(payer, createTransactionMessage({ version: 0 }));
  const whole = appendTransactionMessageInstructions(instructions, empty);
  const compressed = compressTransactionMessageUsingAddressLookupTables(whole, tables);
  return compileTransaction(svm.setTransactionMessageLifetimeUsingLatestBlockhash(compressed));
}

/** Lamports and tokens of accounts, as a node writes both. */
function balancesOf(svm: LiteSVM, accounts: readonly Address[]): { lamports: bigint[]; tokens: unknown[] } {
  const tokens = accounts.flatMap((account, accountIndex) => {
    const found = svm.getAccount(account);
    if (!found.exists || (found.programAddress !== tokenProgram && found.programAddress !== token2022)) return [];
    // A mint of Token-2022 is as long as an account, and says in the byte behind it which of both it is.
    if (found.data.length < 165 || (found.data.length > 165 && found.data[165] !== 2)) return [];
    const data = Buffer.from(found.data);
    const mint = getAddressDecoder().decode(data.subarray(0, 32));
    const decimals = decimalsOf(svm, mint);
    const amount = data.readBigUInt64LE(64);
    const ui = Number(amount) / 10 ** decimals;
    return {
      accountIndex,
      mint,
      owner: getAddressDecoder().decode(data.subarray(32, 64)),
      programId: found.programAddress,
      uiTokenAmount: { amount: amount.toString(), decimals, uiAmount: ui, uiAmountString: `${ui}` },
    };
  });
  return { lamports: accounts.map((account) => svm.getBalance(account) ?? 0n), tokens };
}

function decimalsOf(svm: LiteSVM, mint: Address): number {
  const found = svm.getAccount(mint);
  return found.exists ? (found.data[44] ?? 0) : 0;
}
