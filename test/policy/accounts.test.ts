import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalAccount, canonicalAddress } from '../../lib/networks/address.ts';
import type { Owner } from '../../lib/policy/compile-owner.ts';
import { compilePolicy } from '../../lib/policy/compile-policy.ts';
import type { Accounts, Policy } from '../../lib/policy/policy.ts';
import { counting, ether, refuses, ripple } from '../deposits/policies.ts';

const alice = canonicalAddress('eip155:1', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed');
const bob = canonicalAddress('eip155:1', '0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359');
const tron = { asset: 'tron:0x2b6653dc/slip44:195', decimals: 6 };
const xAddress = 'XVLhHMPHU98es4dbozjVtdWzVrDjtV18pX8yuPT7y4xaEHi';
const xrplAddress = 'rrrrrrrrrrrrrrrrrrrrBZbvji';

function compiled(policy: Partial<Policy>): {
  own: (address: string, memo?: string) => Owner | Promise<Owner>;
  warned: string[];
} {
  const warned: string[] = [];
  const { ownerOf } = compilePolicy({ assets: [ether], ...policy }, [counting], {
    chains: new Set(),
    warn: (text) => warned.push(text),
  });
  return {
    own: (address, memo) =>
      ownerOf(memo === undefined ? { network: 'eip155:1', address } : { network: 'eip155:1', address, memo }),
    warned,
  };
}

const anySpelling = fc
  .tuple(fc.constantFrom(alice, bob), fc.constantFrom('lower', 'upper', 'canonical', 'bare'))
  .map(([address, form]) => {
    const digits = address.slice(2);
    if (form === 'lower') return `0x${digits.toLowerCase()}`;
    if (form === 'upper') return `0x${digits.toUpperCase()}`;
    return form === 'bare' ? digits.toLowerCase() : address;
  });

describe('policy.accounts', () => {
  it('matches whatever spelling the table has, as a list, Set, Map or CAIP-10', () => {
    fc.assert(
      fc.property(anySpelling, fc.constantFrom('list', 'set', 'map'), fc.boolean(), (text, kind, isCaip10) => {
        const entry = isCaip10 ? `eip155:1:${text}` : text;
        const tables: Record<string, Accounts> = {
          list: [entry],
          set: new Set([entry]),
          map: new Map([[entry, 'c1']]),
        };
        const { own } = compiled({ accounts: tables[kind] as Accounts });
        const ours = canonicalAddress('eip155:1', text);
        assert.deepEqual(own(ours), kind === 'map' ? { account: 'c1' } : {});
        assert.equal(own(ours === alice ? bob : alice), false);
      }),
      { numRuns: 50 },
    );
  });

  it('follows a Set and a Map as they change, also if one takes the place of another', async () => {
    const map = new Map([[alice.toLowerCase(), 'a']]);
    const { own } = compiled({ accounts: map });
    assert.deepEqual(own(alice), { account: 'a' });
    assert.equal(own(bob), false);
    await new Promise(setImmediate);
    map.delete(alice.toLowerCase());
    map.set(bob.toLowerCase(), 'b');
    assert.equal(own(alice), false);
    assert.deepEqual(own(bob), { account: 'b' });
    await new Promise(setImmediate);
    map.set(alice.toLowerCase(), 'a2');
    assert.deepEqual(own(alice), { account: 'a2' });
  });

  it('counts a CAIP-10 entry on its own network only', () => {
    const { ownerOf } = compilePolicy({ assets: 'any', accounts: [`eip155:1:${alice}`] }, [counting], {
      chains: new Set(),
      warn: () => {},
    });
    assert.deepEqual(ownerOf({ network: 'eip155:1', address: alice }), {});
    assert.equal(ownerOf({ network: 'eip155:137', address: alice }), false);
  });

  it('of an address that two spellings give to two customers, says that it is unassigned', () => {
    const { own } = compiled({
      accounts: new Map([
        [alice, 'a'],
        [alice.toLowerCase(), 'b'],
      ]),
    });
    assert.equal(own(alice), 'unassigned');
  });

  it('of an X-address, credits its tag and leaves other tags unassigned', () => {
    const { ownerOf } = compilePolicy({ assets: [ripple], accounts: new Map([[xAddress, 'x']]) }, [counting], {
      chains: new Set(),
      warn: () => {},
    });
    const network = 'xrpl:0';
    const { address, memo } = canonicalAccount(network, xAddress);
    assert.deepEqual(ownerOf({ network, address, memo: memo ?? '' }), { account: 'x' });
    assert.equal(ownerOf({ network, address, memo: `${memo}1` }), 'unassigned');
    assert.equal(ownerOf({ network, address }), 'unassigned');
    assert.equal(ownerOf({ network, address: xrplAddress }), false);
  });

  it('refuses, at construction, what no network of the policy can read', () => {
    const broken = `${alice.slice(0, -1)}${alice.endsWith('d') ? 'D' : 'd'}`;
    refuses(
      { isOurs: undefined, accounts: [broken] },
      /policy\.accounts: contains '0x\w+', which is not an address of .*checksum/,
    );
    refuses({ isOurs: undefined, accounts: [] }, /policy\.accounts: is empty/);
    refuses({ isOurs: undefined, accounts: [42] }, /contains a number/);
    refuses({ isOurs: undefined, accounts: alice }, /must be a list, Set or Map/);
    refuses({ isOurs: undefined, accounts: {} }, /must be a list, Set or Map/);
    refuses({ accounts: [alice] }, /policy\.accounts: cannot be combined with policy\.isOurs/);
    assert.doesNotThrow(() => compiled({ accounts: new Set() }));
  });

  it('warns of an unreadable address that is added later', () => {
    const set = new Set([alice]);
    const { own, warned } = compiled({ accounts: set });
    set.add('0x12');
    assert.equal(own(bob), false);
    assert.deepEqual(warned, [
      "policy.accounts contains '0x12', which is not an address of a network in policy.assets",
    ]);
  });

  it('of a function, takes an account, true, false, undefined or unassigned, at once or later', async () => {
    const answers: [unknown, Owner][] = [
      ['c1', { account: 'c1' }],
      [7, { account: '7' }],
      [7n, { account: '7' }],
      [true, {}],
      [false, false],
      [undefined, false],
      [null, false],
      ['unassigned', 'unassigned'],
    ];
    for (const [given, owner] of answers) {
      assert.deepEqual(compiled({ accounts: () => given as string }).own(alice), owner);
      assert.deepEqual(await compiled({ accounts: async () => given as string }).own(alice), owner);
    }
    for (const given of ['', {}, [], 1.5, Number.NaN]) {
      assert.throws(() => compiled({ accounts: () => given as string }).own(alice), { code: 'POLICY_ANSWER_INVALID' });
    }
  });

  it('stays quick with many addresses', () => {
    const many = new Set([tron, ether].flatMap(() => [alice]));
    for (let i = 0; i < 20_000; i += 1) many.add(`0x${i.toString(16).padStart(40, '0')}`);
    const { own } = compiled({ accounts: many });
    assert.deepEqual(own(alice), {});
    const from = performance.now();
    for (let i = 0; i < 10_000; i += 1) assert.equal(own(bob), false);
    assert.ok(performance.now() - from < 500, 'strangers of one callback read the table once');
  });
});

describe('policy.isOurs', () => {
  it("must answer true, false or 'unassigned', at once or later", async () => {
    for (const [given, owner] of [
      [true, {}],
      [false, false],
      ['unassigned', 'unassigned'],
    ] as const) {
      assert.deepEqual(compiled({ isOurs: () => given }).own(alice), owner);
      assert.deepEqual(await compiled({ isOurs: async () => given }).own(alice), owner);
    }
  });

  it('that answers anything else is an error: neither a stranger is credited nor a deposit ignored', async () => {
    for (const given of [undefined, null, 'yes', 'false', '', 0, 1, [], {}]) {
      assert.throws(() => compiled({ isOurs: () => given as never }).own(alice), { code: 'POLICY_ANSWER_INVALID' });
      await assert.rejects(async () => compiled({ isOurs: async () => given as never }).own(alice), {
        code: 'POLICY_ANSWER_INVALID',
      });
    }
    assert.throws(() => compiled({ isOurs: (() => {}) as never }).own(alice), /Is a return missing\?/);
  });
});
