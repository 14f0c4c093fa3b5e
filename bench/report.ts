import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeMachine, type Machine } from './machine.ts';

/** What one part of the bench found. */
export interface Part {
  title: string;
  /** How it was measured. */
  notes: readonly string[];
  tables: readonly Table[];
  goals: readonly Goal[];
  /** Every single figure, for the JSON. */
  samples: unknown;
}

export interface Table {
  caption?: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Goal {
  what: string;
  found: string;
  asked: string;
  met: boolean;
}

interface Results {
  machine: Machine;
  parts: Record<string, Part & { measuredAt: string }>;
}

/** The parts in the order in which they run and stand in the report. */
export const partNames = [
  'receiving',
  'crediting',
  'delivery',
  'burst',
  'startup',
  'memory',
  'tarball',
  'store-growth',
  'notifier',
] as const;

export type PartName = (typeof partNames)[number];

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
    '## Goals',
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

function goalsAsMarkdown(goals: readonly Goal[]): string[] {
  const rows = goals.map(({ what, found, asked, met }) => [what, found, asked, met ? 'met' : 'MISSED']);
  return [...asRows(['goal', 'found', 'asked', ''], rows), ''];
}

function asRows(columns: readonly string[], rows: Table['rows']): string[] {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
