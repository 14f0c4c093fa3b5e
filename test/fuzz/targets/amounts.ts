import assert from 'node:assert/strict';
import { decimalFrom, unitsFrom } from '../../../lib/deposits/amount.ts';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { rfc3339Time } from '../../../lib/util/rfc3339.ts';
import type { FuzzTarget } from '../target.ts';

const plain = /^([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/;

/** An amount is exactly what its text says, or is refused; never negative, rounded or longer than a store can hold. Input: `decimals|text`. */
export const amounts: FuzzTarget = {
  name: 'amounts',
  shape: 'text',
  longest: 600,
  seeds: [
    '18|1.5',
    '0|100',
    '6|0.000001',
    '6|1e-6',
    '8|1.10e8',
    '18|-1',
    '0|1.0',
    '2|1.005',
    `77|${'9'.repeat(78)}`,
    '30|0.0',
  ].map((text) => Buffer.from(text)),
  words: ['.', 'e', 'E', '-', '+', 'e-18', '000000', '9999999999', '0x', ' ', '|', ',', '_', 'n', '\u0661'],
  run(input) {
    const [, first = '', text = ''] = /^(\d{0,3})\|?([\s\S]*)$/.exec(input.toString('utf8')) ?? [];
    const decimals = Number(first) % 256;
    const units = settled(() => unitsFrom({ decimal: text }, decimals));
    const exact = exactUnits(text, decimals);
    assert.equal(units, exact, `${JSON.stringify(text)} with ${decimals} decimals`);
    assert.equal(
      settled(() => unitsFrom({ units: text }, undefined)),
      exactUnits(text, 0),
    );
    if (units === undefined) return;
    const written = decimalFrom(units, decimals);
    assert.match(written, /^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
    assert.equal(
      settled(() => unitsFrom({ decimal: written }, decimals)),
      written.length > 256 ? undefined : units,
    );
  },
};

function settled(read: () => bigint): bigint | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(isDepositCallbackError(error) && error.code === 'AMOUNT_INVALID', `threw ${error}`);
    return undefined;
  }
}

/** By fractions: numerator and denominator, which must divide. */
function exactUnits(text: string, decimals: number): bigint | undefined {
  const [, whole, fraction = '', exponent = '0'] = text.length > 256 ? [] : (plain.exec(text) ?? []);
  if (whole === undefined) return undefined;
  const shift = decimals - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  const numerator = shift >= 0 ? digits * 10n ** BigInt(shift) : digits;
  const denominator = shift >= 0 ? 1n : 10n ** BigInt(-shift);
  if (numerator % denominator !== 0n) return undefined;
  const units = numerator / denominator;
  return units < 10n ** 78n ? units : undefined;
}

/** A time is a time that Date knows too, to the millisecond, or it is none. */
export const times: FuzzTarget = {
  name: 'times',
  shape: 'text',
  longest: 80,
  seeds: [
    '2026-01-01T00:00:00Z',
    '2026-01-01t00:00:00.123456789+05:30',
    '2024-02-29T23:59:60-00:00',
    '2026-01-01 00:00:00',
  ].map((text) => Buffer.from(text)),
  words: ['Z', 'T', '-', ':', '+00:00', '.999', '24:00:00', '02-30', '0000', '9999', '23:59:60'],
  run(input) {
    const text = input.toString('utf8');
    for (const zone of [undefined, 'utc'] as const) {
      const time = zone === undefined ? rfc3339Time(text) : rfc3339Time(text, zone);
      if (time === undefined) continue;
      assert.ok(Number.isSafeInteger(time), `${JSON.stringify(text)} is ${time}`);
      assert.equal(new Date(time).getTime(), time);
    }
  },
};
