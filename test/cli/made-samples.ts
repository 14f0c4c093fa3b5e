import { existsSync } from 'node:fs';
import { filesBelow, read } from '../../scripts/tools.mjs';

const fixtures = 'test/fixtures/providers';
const published = 'test/providers/published';

interface FixtureCase {
  kind?: string;
  after?: unknown;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  url?: string;
  options?: Readonly<Record<string, unknown>>;
  body?: string;
  events: readonly { event: string; asset: string; to: string }[];
}

interface Fixture {
  keys: { first: { key: string } };
  options?: Readonly<Record<string, unknown>>;
  assets: readonly { asset: string; decimals: number }[];
  cases: readonly FixtureCase[];
}

interface PublishedCase extends Omit<FixtureCase, 'events'> {
  file?: string;
  event: string;
}

/**
 * The module with one body of each kind of event of every provider, for `send` and `init`: the first case of its fixtures that is
 * credited, and what it publishes.
 */
export function samplesModule(): string {
  const names = filesBelow(fixtures, /\/cases\.json$/).map((path) => String(path.split('/').at(-2)));
  return [
    `// Made by UPDATE_SAMPLES=1 npm test -- test/cli/samples.test.ts from ${fixtures} and ${published}: change the files there.`,
    'export const samples: Readonly<Record<string, string>> = {',
    ...names.map((name) => `  ${JSON.stringify(name)}: ${literal(JSON.stringify(samplesOf(name)))},`),
    '};',
    '',
  ].join('\n');
}

function samplesOf(name: string): object {
  const { keys, options = {}, assets, cases } = JSON.parse(read(`${fixtures}/${name}/cases.json`)) as Fixture;
  const { privateKey: _, ...open } = options;
  const credited = cases.find(
    (one) => one.kind === 'deposit' && !one.after && !one.method && one.events.some(isCredit) && one.body !== undefined,
  );
  const { asset, to } = credited?.events.find(isCredit) ?? {};
  const events =
    credited?.body === undefined ? [] : [sample(`${fixtures}/${name}`, 'deposit', credited.body, credited)];
  const { cases: bodies = [] } = JSON.parse(read(`${published}/${name}/cases.json`)) as {
    cases?: readonly PublishedCase[];
  };
  for (const one of bodies) {
    if (one.file === undefined || events.some(({ event }) => event === one.event)) continue;
    events.push(sample(`${published}/${name}`, one.event, one.file, one));
  }
  // What stands before a secret of any value: `whsec_`, `Bearer `.
  const prefix = /^[A-Za-z]+[_ ]/.exec(keys.first.key)?.[0];
  return { prefix, options: open, asset: assets.find((one) => one.asset === asset), to, events };
}

function isCredit({ event }: { event: string }): boolean {
  return event === 'deposit';
}

function sample(folder: string, event: string, file: string, sent: Omit<FixtureCase, 'events'>) {
  const { method, headers, url, options } = sent;
  return {
    event,
    method,
    headers,
    query: url?.split('?')[1],
    options,
    body: existsSync(`${folder}/${file}`) ? read(`${folder}/${file}`) : '',
  };
}

/** Plain ASCII, in single quotes as the formatter writes them. */
function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `'${escaped.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}
