import { readFileSync } from 'node:fs';
import { cwd } from 'node:process';
import { pathToFileURL } from 'node:url';

// Where the time of a CPU profile went: `read-profile.ts <file.cpuprofile> [rows]`. Own time, without what a function calls;
// by package or file first, then by function. What Node spends waiting is left out.

interface Profile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: readonly number[];
  /** Microseconds since the sample before. */
  timeDeltas: readonly number[];
}

const [, , file = '', rows = '25'] = process.argv;
const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
const root = pathToFileURL(`${cwd()}/`).href;
const byPlace = new Map<string, number>();
const byFunction = new Map<string, number>();
let total = 0;
profile.samples.forEach((id, index) => {
  const frame = frames.get(id);
  if (!frame || frame.functionName === '(idle)') return;
  const time = profile.timeDeltas[index] ?? 0;
  const path = frame.url.replace(root, '').replace(/^file:\/\//, '');
  total += time;
  add(byPlace, placeOf(path), time);
  add(byFunction, `${frame.functionName || '(anonymous)'} ${path}:${frame.lineNumber + 1}`, time);
});
print('by package or file', byPlace);
print('by function', byFunction);

/** A dependency by its name, Node as one, what is native apart, our own by its file. */
function placeOf(path: string): string {
  if (path === '') return '(native, garbage collection)';
  if (path.startsWith('node:')) return path.replace(/^(node:[^/]*(?:\/[^/]*)?).*/, '$1');
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
}

function add(to: Map<string, number>, key: string, time: number): void {
  to.set(key, (to.get(key) ?? 0) + time);
}

function print(title: string, times: ReadonlyMap<string, number>): void {
  console.log(`\n${title}`);
  const sorted = [...times].sort((a, b) => b[1] - a[1]).slice(0, Number(rows));
  for (const [key, time] of sorted) console.log(`${((100 * time) / total).toFixed(1).padStart(5)} %  ${key}`);
}
