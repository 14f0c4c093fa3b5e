import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decimalFrom, unitsFrom } from '../../lib/deposits/amount.ts';
import type { Amount } from '../../lib/deposits/transfer.ts';

const invalid = { code: 'AMOUNT_INVALID' };
const decimalsOf = fc.integer({ min: 0, max: 77 });
const unitsOf = fc.bigInt({ min: 0n, max: 10n ** 78n - 1n });

describe('unitsFrom', () => {
  it('takes units as they are, in text or as a bigint', () => {
    assert.equal(unitsFrom({ units: '1500000' }, 6), 1500000n);
    assert.equal(unitsFrom({ units: 1500000n }, undefined), 1500000n);
    assert.equal(unitsFrom({ units: '0' }, undefined), 0n);
  });

  it('moves the point of whole coins by the pinned decimals', () => {
    assert.equal(unitsFrom({ decimal: '1.5' }, 6), 1500000n);
    assert.equal(unitsFrom({ decimal: '20' }, 6), 20000000n);
    assert.equal(unitsFrom({ decimal: '0.000001' }, 6), 1n);
    assert.equal(unitsFrom({ decimal: '7' }, 0), 7n);
  });

  it('reads exponents as text, which a number could not', () => {
    assert.equal(unitsFrom({ decimal: '1e-18' }, 18), 1n);
    assert.equal(unitsFrom({ decimal: '1.5E+3' }, 6), 1500000000n);
    assert.equal(unitsFrom({ decimal: '123456789012345678901234567890e-18' }, 18), 123456789012345678901234567890n);
    assert.equal(unitsFrom({ units: '1e+21' }, 18), 10n ** 21n);
    assert.equal(unitsFrom({ decimal: '0e-9999' }, 2), 0n);
  });

  it('lets zeros beyond the decimals go, and no other digit', () => {
    assert.equal(unitsFrom({ decimal: '1.50000000' }, 6), 1500000n);
    assert.equal(unitsFrom({ units: '7.000' }, 6), 7n);
    for (const decimal of ['0.0000001', '1.5000001', '1e-7', '9e-4000']) {
      assert.throws(() => unitsFrom({ decimal }, 6), invalid, decimal);
    }
    assert.throws(() => unitsFrom({ units: '1.5' }, 6), invalid);
  });

  it('refuses whole coins when nothing pins the decimals', () => {
    assert.throws(() => unitsFrom({ decimal: '1' }, undefined), invalid);
  });

  it('refuses what is negative or not a plain decimal', () => {
    const texts = [
      '-1',
      '-0',
      '+1',
      '',
      ' 1',
      '1 ',
      '1,5',
      '1_000',
      '0x10',
      '.5',
      '5.',
      '1e',
      'e5',
      'NaN',
      'Infinity',
      '\u0661',
      '1\n',
    ];
    for (const units of texts) assert.throws(() => unitsFrom({ units }, 6), invalid, JSON.stringify(units));
    assert.throws(() => unitsFrom({ units: -1n }, 6), invalid);
  });

  it('holds 78 digits and refuses more, however they are written', () => {
    const largest = '9'.repeat(78);
    assert.equal(unitsFrom({ units: largest }, 0), BigInt(largest));
    assert.equal(unitsFrom({ decimal: '9e77' }, 0), 9n * 10n ** 77n);
    assert.throws(() => unitsFrom({ units: `1${'0'.repeat(78)}` }, 0), invalid);
    assert.throws(() => unitsFrom({ units: 10n ** 78n }, 0), invalid);
    assert.throws(() => unitsFrom({ decimal: '9e78' }, 0), invalid);
    assert.throws(() => unitsFrom({ decimal: '1e9999' }, 18), invalid);
    assert.throws(() => unitsFrom({ decimal: '1e99999999999' }, 18), invalid);
    assert.throws(() => unitsFrom({ units: '0'.repeat(100000) }, 18), invalid);
  });

  it('refuses a number, whose digits may be lost already', () => {
    for (const amount of [{ units: 1500000 }, { decimal: 1.5 }, { units: undefined }] as object[]) {
      assert.throws(() => unitsFrom(amount as Amount, 6), invalid);
    }
  });

  it('keeps the amount out of the error', () => {
    assert.throws(
      () => unitsFrom({ units: '-424242' }, 6),
      (error: Error) => !error.message.includes('424242'),
    );
  });
});

describe('decimalFrom', () => {
  it('writes whole coins without trailing zeros', () => {
    assert.equal(decimalFrom(1500000n, 6), '1.5');
    assert.equal(decimalFrom(1n, 18), '0.000000000000000001');
    assert.equal(decimalFrom(2000000n, 6), '2');
    assert.equal(decimalFrom(0n, 6), '0');
    assert.equal(decimalFrom(700n, 0), '700');
  });

  it('is undone by unitsFrom for every amount and every decimals', () => {
    fc.assert(
      fc.property(unitsOf, decimalsOf, (units, decimals) => {
        assert.equal(unitsFrom({ decimal: decimalFrom(units, decimals) }, decimals), units);
      }),
    );
  });

  it('agrees with the same amount written with an exponent', () => {
    fc.assert(
      fc.property(unitsOf, decimalsOf, (units, decimals) => {
        assert.equal(unitsFrom({ decimal: `${units}e-${decimals}` }, decimals), units);
      }),
    );
  });
});
