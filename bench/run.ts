import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LoadOptions, LoadResult } from './load.ts';
import { report, type Sample } from './report.ts';
import { type Services, startServices } from './services.ts';
import { type TargetName, targets } from './targets.ts';

// Everything side by side in one run, a fresh server process for each target and round, targets in turn: figures of one run
// compare with one another and with nothing else.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    warm: { type: 'string', default: '1.5' },
    connections: { type: 'string', default: '50,200' },
    requests: { type: 'string', default: '50000' },
    only: { type: 'string' },
    out: { type: 'string', default: 'bench/results' },
  },
});
const names = (Object.keys(targets) as TargetName[]).filter(
  (name) => values.only === undefined || values.only.split(',').includes(name),
);
const cores = cpus().length > 1 && hasTaskset();
const samples: Sample[] = [];
const services = await startServices(names);
try {
  for (const connections of values.connections.split(',').map(Number)) {
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const target of names) {
        if (!services.has(target)) continue;
        const result = await measure(target, connections, services);
        samples.push({ target, connections, round, ...result });
        console.log(
          `${connections} connections, round ${round}: ${target} ${Math.round(result.perSecond)}/s, p99 ${result.p99Ms.toFixed(1)} ms${result.errors > 0 ? `, ${result.errors} ERRORS` : ''}`,
        );
      }
    }
  }
} finally {
  await services.stop();
}
await report(samples, { out: values.out, pinned: cores, missing: names.filter((name) => !services.has(name)) });

async function measure(target: TargetName, connections: number, from: Services): Promise<LoadResult> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-bench-'));
  const place = await from.place(target, directory);
  const server = fork(new URL('./server.ts', import.meta.url), [target, place], {
    execPath: cores ? 'taskset' : process.execPath,
    execArgv: cores ? ['-c', '0', process.execPath, '--import', 'tsx'] : ['--import', 'tsx'],
  });
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const load: LoadOptions = {
      port,
      path: '/callbacks/imtoken',
      scheme: targets[target].scheme,
      connections,
      warmMs: Number(values.warm) * 1_000,
      measureMs: Number(values.seconds) * 1_000,
      requests: Number(values.requests),
    };
    const node = ['--import', 'tsx', new URL('./load.ts', import.meta.url).pathname, JSON.stringify(load)];
    const sender = cores ? spawn('taskset', ['-c', '1', process.execPath, ...node]) : spawn(process.execPath, node);
    sender.stderr.pipe(process.stderr);
    let printed = '';
    sender.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    await once(sender, 'close');
    return JSON.parse(printed) as LoadResult;
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
    await rm(directory, { recursive: true, force: true });
  }
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
