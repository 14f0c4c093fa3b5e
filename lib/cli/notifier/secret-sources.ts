import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

export interface Secret {
  /** The option that it is. */
  option: string;
  /** The variable that it comes from, or the file that this name and `_FILE` names. */
  name: string;
}

/** The secrets of a notifier, and their variables. */
export const secretVariables: readonly Secret[] = [
  { option: 'adminSecret', name: 'NOTIFIER_ADMIN_SECRET' },
  { option: 'secretsKey', name: 'NOTIFIER_SECRETS_KEY' },
  { option: 'metricsSecret', name: 'NOTIFIER_METRICS_SECRET' },
];

/** Where the URL of PostgreSQL comes from, which may hold a password. */
export const databaseVariable: Secret = { option: 'database', name: 'NOTIFIER_DATABASE_URL' };

/**
 * The same value, with the text that stands for each `{ "env": "NAME" }` and `{ "file": "/path" }` in it, at any depth. Throws
 * `OPTION_INVALID` for a variable that is not set or a file that cannot be read.
 */
export function fromEnvironment(value: unknown, env: Context['env'], path = ''): unknown {
  if (Array.isArray(value)) return value.map((one, index) => fromEnvironment(one, env, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && typeof first[1] === 'string') {
    const [kind, name] = first;
    if (kind === 'env') return fromVariable(name, env, path);
    if (kind === 'file') return fromFile(name, path);
  }
  return Object.fromEntries(
    entries.map(([key, one]) => [key, fromEnvironment(one, env, path === '' ? key : `${path}.${key}`)]),
  );
}

function fromVariable(name: string, env: Context['env'], path: string): string {
  const found = env[name];
  if (found !== undefined && found !== '') return found;
  throw refuse(path === '' ? '--config' : path, phrase('the environment variable {name} is not set', { name }));
}

/** Without the line break at its end, which editors put there. */
function fromFile(name: string, path: string): string {
  try {
    return readFileSync(name, 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw refuse(path === '' ? '--config' : path, phrase('the file {file} cannot be read', { file: name }));
  }
}
