import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { filesBelow, read } from '../../scripts/tools.mjs';

/** @typedef {{ uses?: string, run?: string, with?: Record<string, unknown> }} Step */
/** @typedef {{ uses?: string, permissions?: unknown, steps?: Step[], 'timeout-minutes'?: number }} Job */

// Triggers that run with the rights of the repository on what a stranger wrote.
const dangerous = ['pull_request_target', 'workflow_run', 'issue_comment', 'issues'];

/** What no workflow may do, since whoever changes what it runs changes what is published. @param {string} path @param {string} text */
function problemsIn(path, text) {
  /** @type {{ on?: unknown, permissions?: unknown, jobs?: Record<string, Job> }} */
  const { on, permissions, jobs = {} } = parse(text);
  const triggers = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on ?? {});
  return [
    ...triggers.filter((one) => dangerous.includes(one)).map((one) => `${path}: ${one} runs for strangers`),
    ...(typeof permissions !== 'object' || permissions === null
      ? [`${path}: give permissions for the whole workflow by name, {} for none`]
      : writes(permissions).map((name) => `${path}: ${name}: write is for one job, not for the workflow`)),
    ...unpinned(path, text),
    ...Object.entries(jobs).flatMap(([name, job]) => problemsOfJob(`${path}: ${name}`, job)),
  ];
}

/** @param {unknown} permissions */
function writes(permissions) {
  return Object.entries(permissions ?? {}).flatMap(([name, level]) => (level === 'write' ? [name] : []));
}

/** Line by line, since the comment with the version belongs to it. @param {string} path @param {string} text */
function unpinned(path, text) {
  return text.split('\n').flatMap((line, index) => {
    const [, action] = /^\s*(?:-\s+)?["']?uses["']?\s*:\s*(.+)$/.exec(line) ?? [];
    if (action === undefined || /^["']?\.\//.test(action)) return [];
    return /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)
      ? []
      : [`${path}:${index + 1}: pin ${action} by its full commit, with "# vX.Y.Z" behind it`];
  });
}

/** @param {string} where @param {Job} job */
function problemsOfJob(where, { uses, permissions, steps = [], 'timeout-minutes': timeout }) {
  const publishes = writes(permissions).includes('id-token');
  return [
    ...(typeof permissions === 'string' ? [`${where}: give permissions by name`] : []),
    ...(uses === undefined && timeout === undefined ? [`${where}: needs timeout-minutes`] : []),
    ...steps.flatMap(({ uses: action = '', run = '', with: given = {} }) => [
      // A value from outside becomes part of the script; from the environment it stays a value.
      ...(run.includes('${{') ? [`${where}: give ${run.trim()} its values through env`] : []),
      ...(action.startsWith('actions/checkout@') && given['persist-credentials'] !== false
        ? [`${where}: a checkout needs persist-credentials: false`]
        : []),
      ...(publishes && (action.startsWith('actions/checkout@') || /\bnpm (?!publish\b)|\bnpx\b/.test(run))
        ? [`${where}: with id-token: write it only publishes: ${action || run.trim()}`]
        : []),
    ]),
  ];
}

test('Workflows pin what they run, and have no more rights than they need', () => {
  const workflows = filesBelow('.github', /\.ya?ml$/).filter((path) => path.startsWith('.github/workflows/'));
  assert.ok(workflows.length > 0);
  assert.deepEqual(
    workflows.flatMap((path) => problemsIn(path, read(path))),
    [],
  );
});

test('A release is published by the identity of its workflow, with provenance, after every gate', () => {
  const text = read('.github/workflows/release.yml');
  /** @type {{ jobs: Record<string, { needs?: string, permissions?: unknown, steps: Step[] }> }} */
  const { jobs } = parse(text);
  /** @param {string | undefined} name */
  const runs = (name) => jobs[name ?? '']?.steps.map(({ run = '' }) => run).join('\n') ?? '';
  assert.match(runs('publish'), /^npm publish \S+\.tgz --provenance --access public$/m);
  assert.deepEqual(jobs.publish?.permissions, { 'id-token': 'write' });
  for (const step of [
    'node test/project/repository.test.mjs --publish',
    '.ci/run',
    'npm audit signatures',
    '.ci/sbom',
  ]) {
    assert.ok(runs(jobs.publish?.needs).includes(step), step);
  }
  assert.doesNotMatch(text, /secrets\.|_TOKEN\}|_authToken/);
});

test('Each thing that a workflow may not do is refused', () => {
  const sound = [
    'on: [push]',
    'permissions: { contents: read }',
    'jobs:',
    '  a:',
    '    timeout-minutes: 5',
    '    steps:',
    '      - uses: actions/checkout@0123456789012345678901234567890123456789 # v1.2.3',
    '        with: { persist-credentials: false }',
    '      - run: npm ci',
  ].join('\n');
  assert.deepEqual(problemsIn('a.yml', sound), []);
  /** @type {[RegExp | string, string, RegExp][]} */
  const faults = [
    ['[push]', 'pull_request_target', /pull_request_target runs for strangers/],
    ['[push]', '{ workflow_run: {} }', /workflow_run runs for strangers/],
    ['permissions: { contents: read }', '', /give permissions for the whole workflow/],
    ['{ contents: read }', 'write-all', /give permissions for the whole workflow/],
    ['{ contents: read }', '{ contents: write }', /contents: write is for one job/],
    [/@\d+/, '@v4', /pin actions\/checkout@v4/],
    [/@\d+/, '@0123456', /pin actions\/checkout@0123456/],
    [' # v1.2.3', '', /with "# vX\.Y\.Z" behind it/],
    ['actions/checkout', 'docker://node:24', /pin docker:/],
    ['    timeout-minutes: 5\n', '', /needs timeout-minutes/],
    ['with: { persist-credentials: false }', '', /persist-credentials: false/],
    ['npm ci', `echo \${{ github.head_ref }}`, /through env/],
    ['    timeout', '    permissions: { id-token: write }\n    timeout', /only publishes: npm ci/],
  ];
  for (const [from, to, problem] of faults) {
    assert.match(problemsIn('a.yml', sound.replace(from, to)).join('\n'), problem, to);
  }
});
