import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SentCallback } from '../lib/testing/provider-cases/sending.ts';
import { type Measured, startMeasured } from './budget/measured.ts';
import { type Captured, capturedOf, providerOf, targetNames } from './budget/targets.ts';
import { worstRequests } from './budget/worst-requests.ts';

// What a stranger can make the receiver do, and what is left of it. SECURITY.md states these bounds.

/** 5 ms of a processor that hashes 1 MiB with SHA-256 in 0.7 ms, in such hashes. */
const fiveMs = 7.2;

let measured: Measured;
before(async () => {
  measured = await startMeasured();
});
after(() => measured.end());

for (const name of targetNames) {
  test(`${name}: the worst request that is not signed holds the event loop for 5 ms, beyond what reading it costs any server`, async (t) => {
    const { secret, captured } = await capturedOf(name);
    const provider = await providerOf(name, secret);
    await measured.open([{ name, secret }]);
    const most = { shape: '', cost: 0 };
    for (const { shape, sent, bytes } of worstRequests(provider, captured)) {
      const { status, cost } = await measured.costOf(sent, bytes, fiveMs);
      assert.ok(status >= 400, `${shape}: ${status}`);
      if (process.env.SHOW) console.log(name, shape, status, cost.toFixed(1));
      // In all turns together, so none of them is held for longer.
      assert.ok(cost <= fiveMs, `${shape}: ${cost} of ${fiveMs} units`);
      if (cost > most.cost) Object.assign(most, { shape, cost });
    }
    t.diagnostic(JSON.stringify(most));
  });
}

// Of two that listen on one path, each has a receiver of its own.
const second = 'standard-webhooks, ed25519';
const providers = targetNames.filter((one) => !one.startsWith('custom: ') && one !== second);

for (const [title, names] of [
  [`all ${providers.length} providers in one receiver`, providers],
  [second, [second]],
] as const) {
  test(`${title}: 10,000 requests that are not signed, or 2,000 to each, leave 1 MiB on disk and 5 % of the heap at most`, async (t) => {
    const targets = await Promise.all(names.map(async (name) => ({ name, ...(await capturedOf(name)) })));
    const opened = await measured.open(targets.map(({ name, secret }) => ({ name, secret })));
    const requests = targets.flatMap(({ captured }, index) => refusedOf(opened[index]?.path ?? '', captured));
    const { disk } = await measured.weigh();
    // What the engine makes of code that runs often is no request's to answer for.
    await measured.flood(requests, 10_000);
    const early = await measured.weigh();
    const times = Math.max(10_000, 2_000 * names.length);
    assert.equal(await measured.flood(requests, times), times);
    const late = await measured.weigh(true);
    t.diagnostic(JSON.stringify({ disk: late.disk - disk, heap: late.heap / early.heap }));
    assert.ok(late.disk - disk <= 2 ** 20, `${late.disk - disk} bytes on disk`);
    assert.ok(late.heap <= 1.05 * early.heap, `${early.heap} became ${late.heap}`);
  });
}

/** What is refused, each in its own way, with as long a URL as is kept. */
function refusedOf(path: string, captured: readonly Captured[]): readonly Buffer[] {
  const junk = 'x'.repeat(2_000);
  const long = (url: string): string => `${url}${url.includes('?') ? '&' : '?'}z=${junk}`;
  return captured.flatMap(({ sent, resigned }) => {
    const unsigned = Object.fromEntries(
      Object.entries(sent.headers).filter(([name, value]) => value === resigned.headers[name]),
    );
    return [
      written({ ...resigned, url: long(resigned.url) }),
      written({ ...sent, headers: unsigned, url: long(path), body: Buffer.from(junk) }),
      written({ ...sent, method: 'DELETE', url: long(path), body: Buffer.alloc(0) }),
    ];
  });
}

function written({ method, url, headers, body }: SentCallback): Buffer {
  const lines = Object.entries({ host: 'a', ...headers, 'content-length': String(body.length) }).map((one) =>
    one.join(': '),
  );
  return Buffer.concat([Buffer.from(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), body]);
}
