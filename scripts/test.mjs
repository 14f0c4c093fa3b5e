// npm test [-- [--system] [--coverage] [node's --test options] [files]]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { bin, filesBelow, root } from './tools.mjs';
import './ensure-build.mjs';

const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('-') && arg !== '--system' && arg !== '--coverage');
const named = args.filter((arg) => !arg.startsWith('-'));

// Node 20 has no patterns for --test, and what a shell makes of them differs. Of a folder it runs nothing, and is content.
const files = named.length > 0 ? named.flatMap(expanded) : testFiles(args.includes('--system'));
if (files.length === 0) {
  console.error(`No tests in ${named.join(', ') || 'test'}`);
  process.exit(1);
}

// Debian keeps nginx where only root's PATH leads.
const path = [process.env.PATH ?? '', '/usr/sbin'].join(delimiter);
const missing = args.includes('--system') ? missingPrograms() : [];
if (missing.length > 0) {
  console.error(`test/system needs ${missing.join(', ')}: apt-get install ${missing.join(' ')}`);
  process.exit(1);
}

const node = [
  process.execPath,
  '--import',
  'tsx',
  '--import',
  './test/helpers/stray-promises.ts',
  // What a dependency is about to refuse is found before it does.
  '--throw-deprecation',
  '--test',
  '--test-concurrency=2',
  // A test that waits for ever is red, and named, long before CI is stopped.
  '--test-timeout=900000',
  '--test-reporter=spec',
];
const command = [...(args.includes('--coverage') ? [bin('c8')] : []), ...node, ...flags, ...files];
const child = spawn(/** @type {string} */ (command[0]), command.slice(1), {
  cwd: root,
  env: { ...process.env, PATH: path },
  stdio: 'inherit',
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});

/** The tests in a folder; a file as it is. @param {string} path */
function expanded(path) {
  return /\.m?[jt]s$/.test(path) ? [path] : filesBelow(path, /\.test\.m?ts$/);
}

/** @param {boolean} system */
function testFiles(system) {
  return filesBelow('test', /\.test\.ts$/).filter(
    (path) => path.startsWith('test/system/') === system && !path.startsWith('test/package/projects/'),
  );
}

/** Debian's packages that test/system cannot do without and this machine lacks. */
function missingPrograms() {
  const folders = path.split(delimiter);
  /** @param {string} program */
  const found = (program) => folders.some((folder) => existsSync(join(folder, program)));
  const { CHROMIUM } = process.env;
  const browser = CHROMIUM === undefined ? found('chromium') || found('chromium-browser') : existsSync(CHROMIUM);
  return [
    ...['redis-server', 'nginx', 'nats-server', 'litecoind'].filter((program) => !found(program)),
    ...(browser ? [] : ['chromium']),
  ];
}
