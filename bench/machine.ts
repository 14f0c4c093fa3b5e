import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus, platform, totalmem } from 'node:os';

/** What the figures of a run belong to. */
export interface Machine {
  node: string;
  v8: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  platform: string;
  packages: Readonly<Record<string, string>>;
}

/** Whether server and sender can be kept on a core each. */
export const pinned: boolean = cpus().length > 1 && hasTaskset();

export function describeMachine(): Machine {
  const own = versions(import.meta.url, ['express4', 'better-sqlite3', 'pg', 'ioredis']);
  const peers = versions(new URL('./peers/index.ts', import.meta.url).href, [
    'express',
    '@octokit/webhooks',
    'stripe',
    'standardwebhooks',
    '@line/bot-sdk',
    '@slack/bolt',
  ]);
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${process.arch}`,
    packages: { ...peers, ...own },
  };
}

function versions(from: string, names: readonly string[]): Record<string, string> {
  const require = createRequire(from);
  return Object.fromEntries(names.map((name) => [name, versionOf(name, require)]));
}

// Some packages do not export their package.json: it is looked for where Node looks for packages.
function versionOf(name: string, require: NodeJS.Require): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${folder}/${name}/package.json`) as { version: string }).version;
    } catch {}
  }
  return 'not installed';
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
