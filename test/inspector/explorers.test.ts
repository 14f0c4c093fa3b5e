import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as chains from 'viem/chains';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { defaultExplorers, explorerUrl, readExplorers } from '../../lib/inspector/explorers.ts';
import { inspector } from '../../lib/inspector/index.ts';
import { networks } from '../../lib/networks/registry.ts';
import { alice, randomHash } from '../helpers/deposits.ts';
import { inspected } from '../helpers/inspected.ts';
import { receiver } from '../helpers/receiver.ts';

test('a deposit and a callback link to the explorer of their network, by default and by option', async (t) => {
  const hash = randomHash();
  for (const [explorers, host] of [
    [undefined, 'https://etherscan.io'],
    [
      { 'eip155:1': { transaction: 'https://scan.example/x/{id}?a=1', address: 'https://scan.example/a/{id}' } },
      'https://scan.example',
    ],
  ] as const) {
    const { get, send, callbacks, outcomes } = await inspected(t, { inspector: { explorers } });
    await send({ hash });
    const [deposit] = await callbacks.store.deposits({ limit: 1 });
    for (const path of [`/deposits/${deposit?.id}`, `/callbacks/${outcomes[0]?.id}`]) {
      const links = [
        ...(await get(path)).text.matchAll(
          /<a class="explorer" href="([^"]+)" target="_blank" rel="noreferrer noopener"/g,
        ),
      ];
      const hrefs = links.map(([, href = '']) => href);
      assert.ok(
        hrefs.some((href) => href.startsWith(host) && href.includes(hash)),
        `${path}: the transaction`,
      );
      assert.ok(
        hrefs.some((href) => href.startsWith(host) && href.includes(alice)),
        `${path}: the recipient`,
      );
    }
  }
  const { get, send, callbacks } = await inspected(t, { inspector: { explorers: false } });
  await send();
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  assert.doesNotMatch((await get(`/deposits/${deposit?.id}`)).text, /class="explorer"/);
});

test('an explorer that is no http(s) URL with {id}, or stands under no network, is refused by its name', async (t) => {
  const { callbacks } = await receiver(t);
  const wrong: unknown[] = [
    true,
    'https://etherscan.io',
    { ethereum: { transaction: 'https://etherscan.io/tx/{id}' } },
    { 'eip155:1': { transaction: 'https://etherscan.io/tx/' } },
    { 'eip155:1': { transaction: 'javascript:alert("{id}")' } },
    { 'eip155:1': { tx: 'https://etherscan.io/tx/{id}' } },
    { 'eip155:1': { address: 5 } },
  ];
  for (const explorers of wrong)
    assert.throws(
      () => inspector({ callbacks, authorize: () => true, explorers: explorers as never }),
      (error) => isDepositCallbackError(error) && /inspector\.explorers/.test(error.message),
      JSON.stringify(explorers),
    );
});

test('an id of anybody is one part of the URL, whatever it holds', () => {
  const url = explorerUrl(readExplorers(undefined), 'eip155:1', 'transaction', '../../?x=$&#"\ud800');
  assert.equal(url, 'https://etherscan.io/tx/..%2F..%2F%3Fx%3D%24%26%23%22%EF%BF%BD');
  assert.equal(explorerUrl(readExplorers(undefined), 'constructor', 'transaction', 'x'), undefined);
});

test('each default is of a network of the package, and those of the EVM are the ones that viem lists', () => {
  const known = new Set(networks.map(({ id }) => id));
  for (const [network, explorer] of Object.entries(defaultExplorers)) {
    assert.ok(known.has(network), network);
    assert.doesNotThrow(() => readExplorers({ [network]: explorer }));
    if (!network.startsWith('eip155:')) continue;
    const chain = Object.values(chains).find(({ id }) => `eip155:${id}` === network);
    const listed = chain?.blockExplorers?.default.url.replace(/\/$/, '');
    assert.equal(explorer.transaction, `${listed}/tx/{id}`, network);
  }
});
