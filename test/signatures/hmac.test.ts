import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitsOne, verifyingKey } from '../../lib/signatures/algorithms.ts';
import { decodeBase64 } from '../../lib/signatures/decode.ts';
import { hmac, hmacKey } from '../../lib/signatures/hmac.ts';
import { keccak256 } from '../../lib/signatures/keccak.ts';

const rfc4231 = [
  {
    name: '1',
    key: '0b'.repeat(20),
    data: '4869205468657265',
    sha256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    sha512:
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  },
  {
    name: '2, a key shorter than the hash',
    key: '4a656665',
    data: '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    sha512:
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  },
  {
    name: '3',
    key: 'aa'.repeat(20),
    data: 'dd'.repeat(50),
    sha256: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    sha512:
      'fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb',
  },
  {
    name: '6, a key longer than a block',
    key: 'aa'.repeat(131),
    data: Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'),
    sha256: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    sha512:
      '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
  },
];

for (const { name, key, data, sha256, sha512 } of rfc4231) {
  test(`RFC 4231, test case ${name}`, () => {
    const prepared = hmacKey(Buffer.from(key, 'hex'));
    const bytes = Buffer.from(data, 'hex');
    assert.equal(hmac('sha256', prepared, bytes).toString('hex'), sha256);
    assert.equal(hmac('sha512', prepared, bytes).toString('hex'), sha512);
  });
}

test('parts are signed as if they were joined, and a text as its UTF-8 bytes', () => {
  const key = hmacKey('cl\u00e9');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (parts) => {
      assert.deepEqual(hmac('sha256', key, ...parts), hmac('sha256', key, Buffer.from(parts.join(''), 'utf8')));
    }),
  );
});

test('an empty secret is refused, with which anybody could sign', () => {
  assert.throws(() => hmacKey(''), RangeError);
  assert.throws(() => hmacKey(new Uint8Array()), RangeError);
});

test('the Standard Webhooks v1 example of its reference libraries verifies', () => {
  const secret = decodeBase64('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? Buffer.of();
  const mac = hmac('sha256', hmacKey(secret), 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.', '{"test": 2432232314}');
  assert.equal(mac.toString('base64'), 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the HMAC-SHA512 example in the documents of Tatum verifies', () => {
  const body =
    '{"address":"TJG7iciLGjsib9qhe6U6F7M2vxYJuDjWNM","amount":"20","counterAddress":"TVf3RVEtzKtMfqQaCAWs9d4HKbC4bZGaWP","asset":"TRON","blockNumber":44087791,"txId":"93442189d7bccbe009f8ab594831ff9d7d258cab712d74a404cd3dccdc4c6d69","type":"native","tokenId":null,"chain":"tron-testnet","subscriptionType":"ADDRESS_EVENT"}';
  assert.equal(
    hmac('sha512', hmacKey('c354b83b-d31b-4dda-9bab-d6a67715a1ed'), body).toString('base64'),
    'WdhYQft+qP8LpYAdeOMncUzIZ7DSUWX9JVSjeGH3F4mCreUxtIpTl2VYigm+qUvkfSQ0lWmTrzADm4mGxSVcxA==',
  );
});

test('Keccak-256 is that of Ethereum, not SHA3-256', () => {
  const hex = (...parts: string[]) => Buffer.from(keccak256(...parts)).toString('hex');
  assert.equal(hex(), 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
  assert.equal(hex('abc'), '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
  assert.equal(hex('a', 'bc'), hex('abc'));
});

test('the Keccak example of the Moralis library verifies', () => {
  const body =
    '{"abi":[],"block":{"number":"","hash":"","timestamp":""},"txs":[],"txsInternal":[],"logs":[],"chainId":"","confirmed":true,"retries":0,"tag":"","streamId":"","erc20Approvals":[],"erc20Transfers":[],"nftTokenApprovals":[],"nftApprovals":{"ERC721":[],"ERC1155":[]},"nftTransfers":[],"nativeBalances":[]}';
  const secret = 'k9'.repeat(32);
  assert.equal(
    Buffer.from(keccak256(body, secret)).toString('hex'),
    '3c4b2e6b07e386f97198eb2dc639f7901f00a5d3ec1b8c8effe4838920d71829',
  );
});

test('a MAC is computed once, and a digest too, however many signatures it is compared with', () => {
  const key = verifyingKey('hmac-sha256', 'a secret of thirty-two characters', 'utf8');
  const parts = [Buffer.alloc(100_000, 7)];
  for (const algorithm of ['hmac-sha256', 'sha512', 'keccak256'] as const) {
    const costOf = (signatures: number): number => {
      let cost = 0;
      const wrong = Array<Buffer>(signatures).fill(Buffer.alloc(32));
      for (const step of fitsOne(algorithm, key, parts, wrong)) cost += typeof step === 'number' ? step : 0;
      return cost;
    };
    assert.ok(costOf(1) >= 100_000, `${algorithm}: nothing was hashed`);
    assert.equal(costOf(16), costOf(1), algorithm);
  }
});
