import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dispatch } from '../../lib/middleware/dispatch.ts';
import { joinLinks } from '../../lib/middleware/join-links.ts';
import { rawBody } from '../../lib/middleware/raw-body.ts';
import { replayGuard } from '../../lib/middleware/replay-guard.ts';
import type { Link } from '../../lib/middleware/request-state.ts';
import { signature } from '../../lib/middleware/signature.ts';
import { sourceFilter } from '../../lib/middleware/source-filter.ts';
import { createDeliverer } from '../../lib/outbox/deliverer.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { alice, callbackBody, ether, secret, signed } from '../helpers/deposits.ts';
import { codeOf, send, serve } from '../helpers/serve.ts';

const provider = imtoken({ secrets: [secret] });
const store = memoryStore();
const policy = { assets: [{ asset: ether, decimals: 18 }], accounts: [alice] };
const logged: unknown[] = [];
const logger = {
  debug() {},
  info() {},
  warn() {},
  error: (fields: object) => void logged.push('code' in fields && fields.code),
};
const links = {
  sourceFilter: sourceFilter({ logger }),
  rawBody: rawBody(),
  signature: signature({ provider }),
  replayGuard: replayGuard({ store, policy, providers: [provider] }),
  dispatch: dispatch({ deliverer: createDeliverer({ store }) }),
};
const names = Object.keys(links) as (keyof typeof links)[];
const own: Link = (_req, _res, next) => next();

test('links in their order are one middleware, with links of your own between them', () => {
  assert.equal(typeof joinLinks(...names.map((name) => links[name])), 'function');
  assert.equal(typeof joinLinks(own, links.rawBody, own, links.signature), 'function');
});

test('of all sequences of the links only those in order, with what each needs, are taken; the others are LINK_ORDER', () => {
  let refused = 0;
  for (const order of sequences(names)) {
    const join = (): Link => joinLinks(...order.map((name) => links[name]));
    if (isRight(order)) join();
    else {
      assert.throws(join, { code: 'LINK_ORDER' }, order.join());
      refused += 1;
    }
  }
  assert.equal(refused, 326 - 10);
});

test('the same link twice is LINK_ORDER', () => {
  assert.throws(() => joinLinks(links.rawBody, links.rawBody), { code: 'LINK_ORDER' });
});

test('links that are mounted one by one write LINK_ORDER to the log, and the sender gets a 503', async (t) => {
  for (const name of ['signature', 'replayGuard', 'dispatch'] as const) {
    const port = await serve(t, (req, res) =>
      links.sourceFilter(req, res, () => links[name](req, res, () => res.end('passed'))),
    );
    logged.length = 0;
    const answer = await send(port, { path: '/', ...signed(callbackBody({ asset: ether, amount: '5' })) });
    assert.equal(answer.status, 503, name);
    assert.equal(codeOf(answer), 'UNAVAILABLE');
    assert.deepEqual(logged, ['LINK_ORDER']);
  }
});

/** Every sequence without repetition, the empty one too. */
function sequences<T>(from: readonly T[]): T[][] {
  const longer = from.flatMap((one) => sequences(from.filter((other) => other !== one)).map((rest) => [one, ...rest]));
  return [[], ...longer];
}

/** `sourceFilter` or not, and from `rawBody` on as far as it goes. */
function isRight([first, ...rest]: readonly string[]): boolean {
  const chain = first === 'sourceFilter' || first === undefined ? rest : [first, ...rest];
  return chain.every((name, index) => name === names[index + 1]);
}
