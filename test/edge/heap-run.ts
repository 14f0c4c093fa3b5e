import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { type RefusedKind, refusedKinds } from './refused-kinds.ts';

interface Told {
  heapUsed: number;
  external: number;
  refused: Record<string, number>;
}

/** Sends refused callbacks of every kind up to `first`, then up to `last`, and compares the heap at both. */
export async function expectSteadyHeap(t: TestContext, first: number, last: number): Promise<void> {
  const child = fork(new URL('./heap-server.ts', import.meta.url), { execArgv: ['--expose-gc', '--import', 'tsx'] });
  t.after(() => child.kill('SIGKILL'));
  const { port } = (await hear(child)) as { port: number };
  const kinds = refusedKinds(Date.now());
  const codes = kinds.map(({ code }) => code);

  const ask = async (): Promise<Told> => {
    child.send('heap');
    return (await hear(child)) as Told;
  };
  const countOf = (told: Told): number => Object.values(told.refused).reduce((sum, one) => sum + one, 0);
  const sendUpTo = async (total: number, done: number): Promise<Told> => {
    let sent = done;
    const work = async (): Promise<void> => {
      while (sent < total) {
        const at = sent;
        sent += batch + 1;
        await sendSome(port, kinds, at);
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    return ask();
  };

  const early = await sendUpTo(first, 0);
  const late = await sendUpTo(last, countOf(early));
  t.diagnostic(JSON.stringify({ early, late }));
  for (const code of codes) assert.ok((late.refused[code] ?? 0) > 0, `${code} is not among them`);
  assert.ok(countOf(late) >= last * 0.98, `${countOf(late)} were refused`);
  assert.ok(late.heapUsed < early.heapUsed * 1.1, `${early.heapUsed} became ${late.heapUsed}`);
  assert.ok(
    late.external < early.external * 1.1 + 2 ** 20,
    `outside the heap, ${early.external} became ${late.external}`,
  );
  child.send('end');
  await once(child, 'exit');
}

async function hear(child: ChildProcess): Promise<unknown> {
  const [told] = await once(child, 'message');
  return told;
}

const batch = 60;

/** Some that leave the connection open, in one write, and at the end one that closes it. */
async function sendSome(port: number, kinds: readonly RefusedKind[], at: number): Promise<void> {
  const staying = kinds.filter(({ stays }) => stays);
  const ending = kinds.filter(({ stays }) => !stays);
  const last = ending[Math.floor(at / (batch + 1)) % ending.length];
  const chosen = Array.from({ length: batch }, (_, index) => staying[(at + index) % staying.length]);
  const all = [...chosen, last].flatMap((kind) => (kind === undefined ? [] : [kind.bytes]));
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let answers = 0;
  socket.setEncoding('latin1').on('data', (text: string) => {
    answers += text.split('HTTP/1.1 ').length - 1;
    if (last?.code === 'BODY_ABORTED' && answers >= batch) socket.destroy();
  });
  socket.write(Buffer.concat(all));
  await once(socket, 'close');
}
