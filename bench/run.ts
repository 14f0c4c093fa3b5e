import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { partNames, partOptions, parts } from './parts.ts';

// All parts of the bench in order, each a process of its own that puts its tables into the results of this version of Node.

const { values } = parseArgs({
  options: {
    /** `receiving,delivery,...`; default all, or receiving alone where one of its own options is given. */
    parts: { type: 'string' },
    ...partOptions,
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    warm: { type: 'string' },
    connections: { type: 'string' },
    requests: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
  },
});
const receivingOptions = ['rounds', 'seconds', 'warm', 'connections', 'requests', 'only', 'profile'] as const;
const forReceiving = receivingOptions.flatMap((name) => {
  const value = values[name];
  return value === undefined ? [] : [`--${name}`, value];
});
const chosen = values.parts?.split(',') ?? (forReceiving.length > 0 ? ['receiving'] : partNames);
const unknown = chosen.filter((name) => !partNames.some((part) => part === name));
if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}; there are ${partNames.join(', ')}`);

if (
  chosen.some((name) => ['receiving', 'crediting', 'latency', 'burst'].includes(name)) &&
  !existsSync('bench/peers/node_modules')
)
  await run('npm', ['ci', '--prefix', 'bench/peers']);
let failures = 0;
const times: string[] = [];
for (const name of partNames) {
  if (!chosen.includes(name)) continue;
  console.log(`\n# ${name}`);
  const args = [
    '--out',
    values.out,
    ...(values.quick ? ['--quick'] : []),
    ...(name === 'receiving' ? forReceiving : []),
  ];
  const startedAt = performance.now();
  const code = await run(process.execPath, ['--import', 'tsx', `bench/${parts[name]}`, ...args]);
  if (code !== 0) failures += 1;
  times.push(`${name} ${((performance.now() - startedAt) / 60_000).toFixed(1)}`);
}
console.log(`\nMinutes: ${times.join(', ')}`);
if (failures > 0) process.exitCode = 1;

async function run(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
