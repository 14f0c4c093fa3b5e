import type { DepositRecord } from '../../lib/deposits/deposit.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import type { Amount, Evidence } from '../../lib/deposits/transfer.ts';
import type { ListedAsset } from '../../lib/policy/policy.ts';

// Compiled, never run: the types gate fails where an amount may be a number.

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type HoldsNumber<T> = Extract<T, number> extends never ? false : true;

export const proofs: readonly true[] = [
  true satisfies Equals<DepositRecord['amount'], bigint>,
  true satisfies Equals<Statement['amount'], bigint>,
  true satisfies Equals<ListedAsset['minimum'], bigint | undefined>,
];

export const refutations: readonly false[] = [
  false satisfies HoldsNumber<Extract<Amount, { units: unknown }>['units']>,
  false satisfies HoldsNumber<Extract<Amount, { decimal: unknown }>['decimal']>,
  false satisfies HoldsNumber<Evidence['delivered']>,
];
