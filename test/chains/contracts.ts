import { transferTopic } from '../../lib/chains/readers/evm/transfers.ts';
import { assemble, deployment, hex } from './assembler.ts';

/** Calldata: words of 32 bytes. */
export function words(...values: (bigint | number | string)[]): string {
  return values
    .map((value) => (typeof value === 'string' ? value.slice(2).toLowerCase().padStart(64, '0') : hex(value, 32)))
    .join('');
}

const supply = 10n ** 30n;

/**
 * An ERC-20 with balances by `storage[address]`, all of them the deployer's at first. `transfer` beyond the balance
 * returns false and does nothing else: its transaction succeeds, as with the tokens of the 2018 false top-ups.
 * `symbol()` is `USDT` and `decimals()` is 6, whoever deploys it.
 */
export const token: string = deployment(
  assemble(`
    PUSH0 CALLDATALOAD 0xe0 SHR
    DUP1 0xa9059cbb EQ @transfer JUMPI
    DUP1 0x70a08231 EQ @balance JUMPI
    DUP1 0x95d89b41 EQ @symbol JUMPI
    0x313ce567 EQ @decimals JUMPI
    PUSH0 PUSH0 REVERT
    transfer:
      0x24 CALLDATALOAD CALLER SLOAD DUP2 DUP2 LT @short JUMPI
      DUP2 SWAP1 SUB CALLER SSTORE
      DUP1 0x04 CALLDATALOAD SLOAD ADD 0x04 CALLDATALOAD SSTORE
      PUSH0 MSTORE
      0x04 CALLDATALOAD CALLER ${transferTopic} 0x20 PUSH0 LOG3
      0x01 PUSH0 MSTORE 0x20 PUSH0 RETURN
    short: PUSH0 PUSH0 MSTORE 0x20 PUSH0 RETURN
    balance: 0x04 CALLDATALOAD SLOAD PUSH0 MSTORE 0x20 PUSH0 RETURN
    symbol: 0x20 PUSH0 MSTORE 0x04 0x20 MSTORE 0x${Buffer.from('USDT').toString('hex').padEnd(64, '0')} 0x40 MSTORE 0x60 PUSH0 RETURN
    decimals: 0x06 PUSH0 MSTORE 0x20 PUSH0 RETURN
  `),
  `0x${hex(supply, 32)} CALLER SSTORE`,
);

/** Calldata of `transfer(to, amount)`. */
export function transferCall(to: string, amount: bigint): string {
  return `0xa9059cbb${words(to, amount)}`;
}

/** Calldata of `balanceOf(owner)`. */
export function balanceCall(owner: string): string {
  return `0x70a08231${words(owner)}`;
}

/** Emits `Transfer(from, to, amount)` for calldata of those three words, and moves nothing. */
export const liar: string = deployment(
  assemble(`0x40 CALLDATALOAD PUSH0 MSTORE 0x20 CALLDATALOAD PUSH0 CALLDATALOAD ${transferTopic} 0x20 PUSH0 LOG3 STOP`),
);

/** Emits an ERC-721 `Transfer(from, to, id)`: the same event with its third argument indexed. */
export const collectible: string = deployment(
  assemble(`0x40 CALLDATALOAD 0x20 CALLDATALOAD PUSH0 CALLDATALOAD ${transferTopic} PUSH0 PUSH0 LOG4 STOP`),
);

/** Emits `Transfer` many times: to, amount, count. The last byte of `to` counts upward, so recipients differ. */
export const fountain: string = deployment(
  assemble(`
    0x20 CALLDATALOAD PUSH0 MSTORE
    0x40 CALLDATALOAD
    again:
      DUP1 ISZERO @done JUMPI
      0x01 SWAP1 SUB
      DUP1 PUSH0 CALLDATALOAD ADD
      CALLER ${transferTopic} 0x20 PUSH0 LOG3
      @again JUMP
    done: STOP
  `),
);

/** Pays its words: to, amount; reverts afterwards where the third word is not 0. Takes any value. */
export const payer: string = deployment(
  assemble(`
    PUSH0 PUSH0 PUSH0 PUSH0 0x20 CALLDATALOAD PUSH0 CALLDATALOAD GAS CALL POP
    0x40 CALLDATALOAD @fail JUMPI STOP
    fail: PUSH0 PUSH0 REVERT
  `),
);

/** Calls the contract of the first word with the rest of the calldata and all of the value, and shrugs at its failure. */
export const shrug: string = deployment(
  assemble(`
    0x20 CALLDATASIZE SUB 0x20 PUSH0 CALLDATACOPY
    PUSH0 PUSH0 0x20 CALLDATASIZE SUB PUSH0 CALLVALUE PUSH0 CALLDATALOAD GAS CALL POP STOP
  `),
);

/** The code that a deployment leaves on the chain: what `anvil_setCode` wants. */
export function runtimeOf(deploymentCode: string): string {
  // The last of the set-up: PUSH2 length, PUSH0, RETURN.
  const [, length = ''] = /61([0-9a-f]{4})5ff3/.exec(deploymentCode) ?? [];
  return `0x${deploymentCode.slice(-2 * Number.parseInt(length, 16))}`;
}
