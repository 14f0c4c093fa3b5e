import { existsSync } from 'node:fs';
import { filesBelow, read } from './tools.mjs';

const fixtures = 'test/fixtures/providers';
const published = 'test/providers/published';

/**
 * The module with one body of each kind of event of every provider, for `send` and `init`: the first case of its fixtures that is
 * credited, and what it publishes.
 */
export function samplesModule() {
  const names = filesBelow(fixtures, /\/cases\.json$/).map((path) => String(path.split('/').at(-2)));
  return [
    `// Made by scripts/samples.mjs from ${fixtures} and ${published}: change the files there.`,
    'export const samples: Readonly<Record<string, string>> = {',
    ...names.map((name) => `  ${JSON.stringify(name)}: ${literal(JSON.stringify(samplesOf(name)))},`),
    '};',
    '',
  ].join('\n');
}

/** @param {string} name */
function samplesOf(name) {
  const { keys, options = {}, assets, cases } = JSON.parse(read(`${fixtures}/${name}/cases.json`));
  const { privateKey: _, ...open } = options;
  const credited = cases.find(
    (/** @type {any} */ one) =>
      one.kind === 'deposit' && !one.after && !one.method && one.events.some(isCredit) && one.body !== undefined,
  );
  const { asset, to } = credited?.events.find(isCredit) ?? {};
  /** @type {{ event: string }[]} */
  const events = credited === undefined ? [] : [sample(`${fixtures}/${name}`, 'deposit', credited.body, credited)];
  for (const one of JSON.parse(read(`${published}/${name}/cases.json`)).cases ?? []) {
    if (one.file === undefined || events.some(({ event }) => event === one.event)) continue;
    events.push(sample(`${published}/${name}`, one.event, one.file, one));
  }
  // What stands before a secret of any value: `whsec_`, `Bearer `.
  const prefix = /^[A-Za-z]+[_ ]/.exec(keys.first.key)?.[0];
  return { prefix, options: open, asset: assets.find((/** @type {any} */ one) => one.asset === asset), to, events };
}

/** @param {any} event */
function isCredit({ event }) {
  return event === 'deposit';
}

/** @param {string} folder @param {string} event @param {string} file @param {any} sent */
function sample(folder, event, file, { method, headers, url, options }) {
  const query = url === undefined ? undefined : url.split('?')[1];
  return {
    event,
    method,
    headers,
    query,
    options,
    body: existsSync(`${folder}/${file}`) ? read(`${folder}/${file}`) : '',
  };
}

/** Plain ASCII, in single quotes as the formatter writes them. @param {string} text */
function literal(text) {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `'${escaped.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}
