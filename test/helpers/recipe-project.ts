import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import '../../scripts/ensure-build.mjs';
import { pack } from '../../scripts/pack.mjs';
import { alice, secret } from './deposits.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let packed: Promise<string> | undefined;

export interface RunningRecipe {
  process: ChildProcess;
  port: number;
  /** Lines that it has printed. */
  lines: string[];
  /** Resolves when so many lines match, with the last of them. */
  until(pattern: RegExp, times?: number): Promise<string>;
  /** The amounts that it says it has credited. */
  credited(): string[];
}

export interface RecipeProject {
  folder: string;
  /** The text of a file of the recipe. */
  file(name: string): string;
  /** Runs a file as its reader would, on a free port, and waits until it listens. */
  start(name: string, env?: Record<string, string>): Promise<RunningRecipe>;
}

/**
 * A project with the files of a recipe (code blocks whose first line is a comment with a name) and the packed package;
 * everything else is found in the repository's own node_modules. `as` installs one of those under another name.
 */
export async function recipeProject(
  t: TestContext,
  recipe: string,
  as: Record<string, string> = {},
): Promise<RecipeProject> {
  await mkdir(join(root, '.tmp'), { recursive: true });
  const folder = await mkdtemp(join(root, '.tmp', `recipe-${recipe}-`));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'deposit-callback'), { recursive: true });
  packed ??= pack();
  execFileSync('tar', ['-xzf', await packed, '--strip-components=1', '-C', join(modules, 'deposit-callback')]);
  for (const [name, installed] of Object.entries(as)) {
    await symlink(join(root, 'node_modules', installed), join(modules, name), 'dir');
  }
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const options = { experimentalDecorators: true, module: 'esnext', moduleResolution: 'bundler' };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
  const files = filesOf(await readFile(join(root, 'docs', 'recipes', `${recipe}.md`), 'utf8'));
  for (const [name, text] of files) await writeFile(join(folder, name), text);

  return {
    folder,
    file: (name) => files.get(name) ?? '',
    async start(name, env = {}) {
      const tsx = name.endsWith('.ts') ? ['--import', 'tsx'] : [];
      const child = spawn(process.execPath, [...tsx, name], {
        cwd: folder,
        env: {
          ...process.env,
          NODE_TEST_CONTEXT: '',
          CALLBACK_SECRET: secret,
          DEPOSIT_ADDRESS: alice,
          PORT: '0',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      t.after(() => child.kill('SIGKILL'));
      const running = watch(child, name);
      const port = Number(/listening on (\d+)/.exec(await running.until(/listening on \d+/))?.[1]);
      return { ...running, port };
    },
  };
}

/** Removes the tarball that the projects were made from. */
export async function forgetPacked(): Promise<void> {
  if (packed !== undefined) await rm(await packed, { force: true });
  packed = undefined;
}

function filesOf(page: string): Map<string, string> {
  const blocks = page.matchAll(/^```\w+\n(?:\/\/|#) ([\w.-]+)\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = '', text = '']) => [name, text]));
}

function watch(child: ChildProcess, name: string): Omit<RunningRecipe, 'port'> {
  const lines: string[] = [];
  if (!child.stdout) throw new Error('No output to read');
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(line));
  const ended = once(child, 'exit');
  return {
    process: child,
    lines,
    credited: () => lines.flatMap((line) => /^credited (\d+)/.exec(line)?.[1] ?? []),
    async until(pattern, times = 1) {
      for (;;) {
        const found = lines.filter((line) => pattern.test(line))[times - 1];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before ${pattern} came`);
        await Promise.race([once(reader, 'line'), ended]);
      }
    },
  };
}
