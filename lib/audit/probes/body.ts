import { gzipSync } from 'node:zlib';
import { describeSeen, type Seen } from '../exchange.ts';
import { type Finding, green, isDecided, isRefused, type Probe, red, skipped } from '../probe.ts';
import type { SampleFields } from '../sample.ts';
import type { Target } from '../target.ts';
import { sampleText } from './replay.ts';

const mebibyte = 2 ** 20;
// Made when it is first wanted: it takes a while.
let bomb: Buffer | undefined;

/** Bodies that are too much, too slow, or not what they seem. The last ones are signed: a provider may send anything. */
export const bodyProbes: readonly Probe[] = [
  {
    id: 'oversize',
    group: 'body',
    severity: 'medium',
    title: 'An oversized body is refused before it is read',
    does: 'announces 1 GiB; then sends 32 MiB in chunks, without a length',
    async run(target) {
      const signed = target.ping();
      const announced = await target.send(signed, { declaredLength: 2 ** 30 });
      if (!isRefused(announced)) return red(`${describeSeen(announced)} for an announced 1 GiB`);
      const body = Buffer.alloc(32 * mebibyte, 0x20);
      const seen = await target.send({ ...signed, body }, { declaredLength: null });
      if (seen.sentBytes >= body.length) return red(`all 32 MiB were read, then ${describeSeen(seen)}`);
      return green(`${describeSeen(announced)}; cut off after ${Math.ceil(seen.sentBytes / mebibyte)} MiB`);
    },
  },
  {
    id: 'slow',
    group: 'body',
    severity: 'medium',
    title: 'A slow sender is disconnected',
    does: 'sends the body a byte at a time',
    async run(target) {
      const everyMs = Math.max(50, Math.ceil(target.slowMs / 40));
      const body = Buffer.alloc(Math.ceil((target.slowMs * 2) / everyMs), 0x20);
      const seen = await target.signer.send({ ...target.ping(), body }, { pace: { bytes: 1, everyMs } });
      if (seen.tookMs >= target.slowMs) return red(`still reading after ${target.slowMs} ms`);
      return green(`${describeSeen(seen)} after ${seen.tookMs} ms`);
    },
  },
  {
    id: 'aborted',
    group: 'body',
    severity: 'medium',
    title: 'A dropped connection does not affect other senders',
    does: 'drops eight callbacks half-way, then sends a valid one',
    async run(target) {
      for (let count = 0; count < 8; count += 1) {
        const signed = target.ping();
        await target.send(signed, { abortAfter: Math.ceil(signed.body.length / 2) });
      }
      const seen = await target.send(target.ping());
      return isDecided(seen) && !isRefused(seen)
        ? green(`afterwards ${describeSeen(seen)}`)
        : red(`afterwards ${describeSeen(seen)}`);
    },
  },
  {
    id: 'gzip-bomb',
    group: 'body',
    severity: 'medium',
    title: 'A small body that inflates to a large one is refused',
    does: 'sends 64 MiB of spaces compressed to 64 KiB',
    async run(target) {
      bomb ??= gzipSync(Buffer.alloc(64 * mebibyte, 0x20));
      const signed = target.signer.sign(bomb);
      const seen = await target.send({ ...signed, headers: { ...signed.headers, 'content-encoding': 'gzip' } });
      if (seen.status === 413 || seen.status === 415 || seen.status === 400) return green(describeSeen(seen));
      return red(`${describeSeen(seen)} instead of 413 or 415`);
    },
  },
  {
    id: 'duplicate-keys',
    group: 'body',
    severity: 'high',
    title: 'JSON with a duplicate key is not trusted',
    does: 'signs a body with two amounts',
    run: (target) =>
      hostile(target, (text, { amount }) => text.replace(`"amount":"${amount}"`, `"amount":"1","amount":"${amount}"`)),
  },
  {
    id: 'proto-key',
    group: 'body',
    severity: 'high',
    title: 'A key named __proto__ is not trusted',
    does: 'signs a body with its confirmations in "__proto__"',
    run: (target) =>
      hostile(target, (text, { confirmations }) =>
        text.replace(`"confirmations":${confirmations}`, `"__proto__":{"confirmations":${confirmations}}`),
      ),
  },
  {
    id: 'deep-nesting',
    group: 'body',
    severity: 'medium',
    title: 'Deeply nested JSON breaks nothing',
    does: 'signs a body with 100000 nested arrays',
    run: (target) => hostile(target, (text) => text.replace(/\}$/, `,"deep":${'['.repeat(1e5)}${']'.repeat(1e5)}}`)),
  },
  {
    id: 'invalid-utf8',
    group: 'body',
    severity: 'medium',
    title: 'A body that is not UTF-8 is not trusted',
    does: 'signs a body with the byte ff in a string',
    run: (target) =>
      hostile(target, (text) => {
        const at = text.indexOf('"deposit.confirmed"');
        const head = Buffer.from(`${text.slice(0, at)}"deposit.confirmed","note":"`);
        return Buffer.concat([head, Buffer.from([0xff, 0xc0, 0xaf]), Buffer.from(`"${text.slice(at + 19)}`)]);
      }),
  },
  {
    id: 'not-json',
    group: 'body',
    severity: 'medium',
    title: 'A signed body that is not JSON breaks nothing',
    does: 'signs an empty body, a string, half a body, and null',
    async run(target) {
      const seen: Seen[] = [];
      for (const body of ['', 'hello', '{"type":"deposit.confirmed"', 'null', '[]', '{}']) {
        const one = await target.send(target.signer.sign(Buffer.from(body)));
        if (!isDecided(one)) return red(`${describeSeen(one)} for ${body === '' ? 'an empty body' : body}`);
        seen.push(one);
      }
      return green([...new Set(seen.map(describeSeen))].join(', '));
    },
  },
  {
    id: 'big-number',
    group: 'body',
    severity: 'high',
    title: 'A large amount written as a number keeps every digit',
    does: 'reports an odd amount beyond 2^53 as a JSON number',
    needs: 'credits',
    async run(target) {
      const { state } = target;
      if (!state) return skipped('it is not known what is credited');
      if (state.account.amount <= 2n ** 53n) return skipped('--amount is below 2^53, so no digit could be lost');
      const template = target.transfer(state);
      const fields = { ...template, amount: String(BigInt(template.amount) | 1n) };
      target.remember(fields);
      const text = sampleText(fields).replace(`"amount":"${fields.amount}"`, `"amount":${fields.amount}`);
      const seen = await target.send(target.signer.sign(text));
      const credited = await state.credited({ hash: fields.hash, amount: BigInt(fields.amount) });
      const wrong = credited.find((one) => one.amount !== BigInt(fields.amount));
      if (wrong) return red(`${describeSeen(seen)}, credited ${wrong.amount} units instead of ${fields.amount}`);
      return green(`${describeSeen(seen)}, credited ${credited.length === 0 ? 'nothing' : 'every digit'}`);
    },
  },
];

/** Signs a spoiled body: it must be answered, the endpoint must live on, and nothing must be credited. */
async function hostile(
  target: Target,
  spoil: (text: string, fields: SampleFields) => string | Buffer,
): Promise<Finding> {
  const { state } = target;
  const fields = state ? target.transfer(state) : target.nobodys();
  target.remember(fields);
  const seen = await target.send(target.signer.sign(spoil(sampleText(fields), fields)));
  if (!isDecided(seen)) return red(describeSeen(seen));
  if (!(await target.isAlive())) return red(`${describeSeen(seen)}, and then valid callbacks are not accepted`);
  if (!state) return green(`${describeSeen(seen)}; it is not known what is credited`);
  const credited = await state.credited({ hash: fields.hash, amount: BigInt(fields.amount) });
  return credited.length > 0
    ? red(`${describeSeen(seen)}, and credited: ${credited[0]?.id}`)
    : green(`${describeSeen(seen)}, nothing credited`);
}
