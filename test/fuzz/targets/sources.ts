import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { compileSources } from '../../../lib/middleware/address-rules.ts';
import { parseAddress } from '../../../lib/util/address.ts';
import type { FuzzTarget } from '../target.ts';

/** An address has one canonical text, which net.isIP knows too, and lies in its own range and in no neighbour's. Input: `address|rule`. */
export const sources: FuzzTarget = {
  name: 'sources',
  shape: 'text',
  longest: 200,
  seeds: [
    '127.0.0.1|127.0.0.0/8',
    '::1|::/0',
    '::ffff:1.2.3.4|1.2.3.4',
    'fe80::1%eth0|fe80::/10',
    '010.1.1.1|example.com',
    '2001:db8::1|2001:DB8::/32',
  ].map((text) => Buffer.from(text)),
  words: ['::', 'ffff:', '/', '0x', '%', '.', '255', '/32', '/128', '/33', 'published', '*.'],
  run(input) {
    const [text = '', rule = ''] = input.toString('utf8').split('|');
    const address = parseAddress(text);
    assert.equal(address !== undefined, text.length <= 64 && isIP(text.split('%', 1)[0] ?? '') !== 0);
    if (address === undefined) return;
    assert.deepEqual(parseAddress(address.text), address, 'the canonical text is another address');
    assert.ok(compileSources([address.text]).includes(address));
    const next = address.value === 0n ? 1n : address.value - 1n;
    assert.ok(!compileSources([address.text]).includes({ ...address, value: next }));
    const compiled = settled(rule);
    if (compiled === undefined) return;
    assert.equal(typeof compiled.includes(address), 'boolean');
    const [, bits] = /\/(\d+)$/.exec(rule) ?? [];
    if (isIP(rule) !== 0 && bits === undefined) {
      assert.equal(compiled.includes(address), parseAddress(rule)?.text === address.text);
    }
  },
};

function settled(rule: string): ReturnType<typeof compileSources> | undefined {
  try {
    return compileSources([rule]);
  } catch (error) {
    assert.ok(isDepositCallbackError(error) && error.code === 'OPTION_INVALID', `a rule threw ${error}`);
    return undefined;
  }
}
