import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeMachine, type Machine } from './machine.ts';
import { type PartName, partNames } from './parts.ts';
import { figure } from './statistics.ts';
import { targets } from './targets.ts';

/** What one part of the bench found. */
export interface Part {
  title: string;
  /** How it was measured. */
  notes: readonly string[];
  tables: readonly Table[];
  /** What `targets.ts` asks for, by its name there. */
  figures?: Readonly<Record<string, Figure>>;
  /** What is asked for beside that. */
  goals: readonly Goal[];
  /** Every single figure, for the JSON. */
  samples: unknown;
}

export interface Table {
  caption?: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Figure {
  value: number;
  /** What it was made of, such as the rates of a ratio. */
  from?: string;
}

export interface Goal {
  what: string;
  found: string;
  asked: string;
  met: boolean;
}

interface Results {
  machine: Machine;
  parts: Partial<Record<string, Part & { measuredAt: string }>>;
}

/** Puts a part into the results of this version of Node, in place of its earlier figures, and writes them anew. */
export async function report(name: PartName, part: Part, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `node-${process.versions.node}`);
  const { parts } = await earlier(`${file}.json`);
  parts[name] = { ...part, measuredAt: new Date().toISOString() };
  const results: Results = { machine: describeMachine(), parts };
  await writeFile(`${file}.json`, `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(`${file}.md`, `${asMarkdown(results)}\n`);
  console.log(partAsMarkdown(part).join('\n'));
  for (const line of targetsAsMarkdown({ [name]: results.parts[name] }).filter((row) => row.endsWith(`${name} |`))) {
    console.log(line);
  }
}

async function earlier(file: string): Promise<Pick<Results, 'parts'>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { parts: {} };
    throw error;
  }
}

function asMarkdown({ machine, parts }: Results): string {
  const present = partNames.flatMap((name) => parts[name] ?? []);
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return [
    `# Node ${machine.node}`,
    '',
    `V8 ${machine.v8}; ${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.platform}.`,
    `${packages.join(', ')}.`,
    '',
    '## Targets',
    '',
    ...targetsAsMarkdown(parts),
    '## Other goals',
    '',
    ...goalsAsMarkdown(present.flatMap((part) => part.goals)),
    ...present.flatMap((part) => [...partAsMarkdown(part), `Measured ${part.measuredAt.slice(0, 10)}.`, '']),
  ].join('\n');
}

function partAsMarkdown({ title, notes, tables }: Part): string[] {
  return [
    `## ${title}`,
    '',
    ...notes.flatMap((note) => [note, '']),
    ...tables.flatMap(({ caption, columns, rows }) => [
      ...(caption === undefined ? [] : [`### ${caption}`, '']),
      ...asRows(columns, rows),
      '',
    ]),
  ];
}

function targetsAsMarkdown(parts: Results['parts']): string[] {
  const rows = targets.map(({ part, figure: name, atLeast, atMost }) => {
    const bound = atLeast ?? atMost ?? Number.NaN;
    const asked = `at ${atLeast === undefined ? 'most' : 'least'} ${rounded(bound)}`;
    const found = parts[part]?.figures?.[name];
    if (found === undefined || !Number.isFinite(found.value)) return [name, asked, '', 'not measured', '', part];
    const { value, from = '' } = found;
    return [name, asked, from, rounded(value), verdict(value, { atLeast, atMost }), part];
  });
  return [...asRows(['target', 'asked', 'measured', 'figure', '', 'part'], rows), ''];
}

function verdict(
  value: number,
  { atLeast, atMost }: { atLeast?: number | undefined; atMost?: number | undefined },
): string {
  if (atLeast !== undefined) return value >= atLeast ? 'met' : `MISSED by ${percent(1 - value / atLeast)}`;
  if (atMost === undefined || value <= atMost) return 'met';
  return atMost === 0 ? 'MISSED' : `MISSED by ${percent(value / atMost - 1)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** Three digits that say something. */
function rounded(value: number): string {
  return Math.abs(value) >= 100 ? figure(value) : String(Number(value.toPrecision(3)));
}

function goalsAsMarkdown(goals: readonly Goal[]): string[] {
  const rows = goals.map(({ what, found, asked, met }) => [what, found, asked, met ? 'met' : 'MISSED']);
  return [...asRows(['goal', 'found', 'asked', ''], rows), ''];
}

function asRows(columns: readonly string[], rows: Table['rows']): string[] {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
