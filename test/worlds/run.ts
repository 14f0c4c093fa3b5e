import { appendFileSync } from 'node:fs';
import { causeOf } from './cause.ts';
import { describeWorld } from './describe.ts';
import { inventWorld } from './invent.ts';
import { playPure } from './pure.ts';
import { shrink } from './shrink.ts';
import { likenesses } from './witnesses.ts';
import type { Violation, World } from './world.ts';

// Plays worlds on the heart alone and counts what comes of them:
//   nice -n 19 node --import tsx test/worlds/run.ts [worlds, default 1000000] [first seed, default 1] [file of the report]
// With KEEP_GOING=1 it counts the violations, and shows the first of each kind, shrunk.

const [, , count = '1000000', first = '1', report = ''] = process.argv;
const keepsGoing = process.env.KEEP_GOING === '1';
const providers = await likenesses();
const startedAt = performance.now();
const codes = new Map<string, number>();
const violations = new Map<string, { count: number; world: number }>();
const causes = new Map<string, number>();
/** Shrinking takes time: of each kind so many are looked into. */
const lookedInto = 200;
let withCode = 0;
let isStopped = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    isStopped = true;
  });
const from = Number(first);
const end = from + Number(count);

for (let seed = from; seed < end; seed += 1) {
  const world = inventWorld(seed, providers);
  const { violation, codes: own } = playPure(world);
  if (own.length > 0) withCode += 1;
  for (const code of new Set(own)) codes.set(code, (codes.get(code) ?? 0) + 1);
  if (violation) {
    const known = violations.get(violation.kind) ?? { count: 0, world: seed - from + 1 };
    violations.set(violation.kind, { ...known, count: known.count + 1 });
    if (known.count < lookedInto) lookInto(world, violation, seed - from + 1);
    if (!keepsGoing) {
      process.exitCode = 1;
      break;
    }
  }
  const done = seed - from + 1;
  if (done % 10_000 === 0) summary(done);
  // A signal is heard between two turns of the event loop.
  if (done % 500 === 0) await new Promise(setImmediate);
  if (isStopped) {
    summary(done);
    process.exit();
  }
}
summary(end - from);

function lookInto(world: World, violation: Violation, at: number): void {
  const smallest = shrink(world, (smaller) => playPure(smaller).violation?.kind === violation.kind);
  const found = playPure(smallest).violation ?? violation;
  const cause = causeOf(smallest, found);
  if (causes.has(cause)) return;
  causes.set(cause, at);
  write(`${cause}: seed ${world.seed}, world ${at}: ${describeWorld(smallest, found)}`);
}

function summary(worlds: number): void {
  const ms = ((performance.now() - startedAt) / worlds).toFixed(3);
  const broken = [...violations].map(([kind, found]) => `${kind}: ${found.count} (first: world ${found.world})`);
  const counted = [...codes]
    .sort(([, one], [, other]) => other - one)
    .map(([code, worldsWith]) => `${code} ${worldsWith}`);
  write(
    `${worlds} worlds, ${ms} ms each; broken: ${broken.join('; ') || 'none'}; causes: ${[...causes].map(([cause, at]) => `${cause} (world ${at})`).join('; ') || 'none'}; with a code: ${withCode}: ${counted.join(', ')}`,
  );
}

function write(text: string): void {
  console.log(text);
  if (report !== '') appendFileSync(report, `${text}\n`);
}
