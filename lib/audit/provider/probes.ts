import { strangeKey, tampered } from '../attacks.ts';
import { describeSeen } from '../exchange.ts';
import { type Finding, green, isTaken, type Probe, red, skipped } from '../probe.ts';
import { probes } from '../probes/index.ts';
import { allRefused, guessedKeys } from '../probes/signature.ts';
import type { Signed, SignOver } from '../signer.ts';
import type { ProviderTarget } from './target.ts';

const hour = 3_600_000;

/** What must hold whoever signs, and however; tried with a callback of the provider's own. */
export const ofAnyProvider: readonly Probe<ProviderTarget>[] = [
  {
    ...described('unsigned'),
    run: (target) =>
      allRefused(
        target,
        [target.unsigned(), ...(isBesideBody(target) ? [target.remarked(target.ping(), () => undefined)] : [])].filter(
          (signed) => !isUnsignedPing(target, signed),
        ),
      ),
  },
  { ...described('blank-signature'), run: (target) => withMarks(target, ['', ' '], (text) => () => text) },
  {
    ...described('wrong-key'),
    run: (target) =>
      allRefused(
        target,
        [strangeKey(target.secret), ...guessedKeys].flatMap((secret) => signedWith(target, { secret }) ?? []),
      ),
  },
  {
    ...described('cut-signature'),
    run: (target) =>
      withMarks(
        target,
        [(mark: string) => mark.slice(0, -8), (mark: string) => `${mark.slice(0, -8)}AAAAAAA=`],
        (cut) => cut,
      ),
  },
  { ...described('tampered-body'), run: tamperedBody },
  { ...described('stale'), run: (target) => atOtherTimes(target, -1) },
  { ...described('future'), run: (target) => atOtherTimes(target, 1) },
  {
    ...described('replayed'),
    async run(target) {
      const signed = target.ping();
      for (const seen of [await target.send(signed), await target.send(signed)]) {
        if (!isTaken(seen))
          return red(`${describeSeen(seen)}: a provider that repeats itself would go on, then give up`);
      }
      return green('accepted both times; it is not known what is credited');
    },
  },
];

/** What a probe of the imtoken profile says of itself. */
function described(id: string): Omit<Probe, 'run'> {
  const found = probes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no probe ${id}`);
  const { run: _, ...rest } = found;
  return rest;
}

/** Whether it looks like a test of the URL, which this provider sends without a signature. */
function isUnsignedPing({ provider, now }: ProviderTarget, { url, headers, body }: Signed): boolean {
  const method = provider.methods[0] ?? 'POST';
  const inbound = { method, url: `${url.pathname}${url.search}`, headers, body, receivedAt: now() };
  return provider.isUnsignedPing?.(inbound) ?? false;
}

function isBesideBody({ marks }: ProviderTarget): boolean {
  return marks.headers.length > 0 || marks.query.length > 0;
}

/** Callbacks whose signature was changed in each of these ways. */
async function withMarks<T>(
  target: ProviderTarget,
  ways: readonly T[],
  change: (way: T) => (mark: string) => string,
): Promise<Finding> {
  if (!isBesideBody(target)) return skipped('the signature is a field of the body: see tampered-body');
  return allRefused(
    target,
    ways.map((way) => target.remarked(target.ping(), change(way))),
  );
}

async function tamperedBody(target: ProviderTarget): Promise<Finding> {
  const { provider } = target;
  if (provider.signs === 'nothing') return skipped(`${provider.name} sends a secret and signs no body`);
  const signed = target.ping();
  if (signed.body.length === 0) return skipped(`this callback of ${provider.name} has no body`);
  const spoiled = { ...signed, body: tamperedBeside(target.marks.body, signed.body) };
  if ((await target.verified(spoiled)) !== undefined)
    return skipped(`${provider.name} signs only parts of the body, and not the one that was changed`);
  await target.send(signed);
  return allRefused(target, [spoiled]);
}

/** Changed beside the signature that a body carries: changing that proves little. */
function tamperedBeside({ from, to }: ProviderTarget['marks']['body'], body: Buffer): Buffer {
  const parts = [body.subarray(0, from), body.subarray(from, to), body.subarray(to)] as const;
  const [head, mark, tail] = parts;
  if (/\d/.test(tail.toString('latin1'))) return Buffer.concat([head, mark, tampered(tail)]);
  if (/\d/.test(head.toString('latin1'))) return Buffer.concat([tampered(head), mark, tail]);
  return tampered(body);
}

async function atOtherTimes(target: ProviderTarget, direction: 1 | -1): Promise<Finding> {
  const { name } = target.provider;
  if (!target.canVerify) return skipped(`with this key it cannot be told whether ${name} signs the time`);
  const { signedAt } = (await target.verified(target.ping())) ?? {};
  if (signedAt === undefined) return skipped(`the signature of ${name} proves no time`);
  return allRefused(
    target,
    [hour, 24 * hour, 87_600 * hour].map((ms) => target.ping({ now: target.now() + direction * ms })),
  );
}

/** Undefined for a key with which the provider cannot sign. */
function signedWith(target: ProviderTarget, over: SignOver): Signed | undefined {
  try {
    return target.ping(over);
  } catch {
    return undefined;
  }
}
