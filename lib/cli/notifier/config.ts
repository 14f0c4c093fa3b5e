import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NotifierOptions } from '../../notifier/index.ts';
import { refuseUnknownKeys } from '../../util/known-keys.ts';
import { exportedOptions } from '../config.ts';
import type { Context } from '../context.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';
import { databaseVariable, fromEnvironment, type Secret, secretVariables } from './secret-sources.ts';

type Env = Context['env'];

/** Where a notifier of the command line answers. */
export interface Listening {
  host: string;
  port: number;
}

/** What the configuration of a notifier says. */
export interface NotifierConfig {
  /** For `createNotifier`, which checks them. */
  options: NotifierOptions;
  listen: Listening;
  /** Protects `/metrics`; without it there are none. */
  metricsSecret: string | undefined;
}

/**
 * Reads the configuration of a notifier: a file of JSON, or a module that exports the options of `createNotifier`, with `listen` and
 * `metricsSecret` beside them. Secrets that it does not give come from the environment. Throws `OPTION_INVALID`.
 */
export async function loadNotifierConfig(
  file: string,
  env: Env,
  optionNames: readonly string[],
): Promise<NotifierConfig> {
  const isJson = /\.json$/i.test(file);
  const given: unknown = isJson ? readJson(file, env) : await exportedOptions(file);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refuse(
      '--config',
      phrase('{file} must hold the options of createNotifier: path, networks, listen, ...', { file }),
    );
  }
  refuseUnknownKeys(given, [...optionNames, 'listen', 'metricsSecret'], '');
  const { listen, metricsSecret, ...options } = withSecrets(given, env);
  return {
    options: (isJson ? withBlocks(options) : options) as unknown as NotifierOptions,
    listen: readListen(listen),
    metricsSecret: readMetricsSecret(metricsSecret),
  };
}

function readJson(file: string, env: Env): unknown {
  let parsed: unknown;
  let text: string;
  try {
    text = readFileSync(resolve(file), 'utf8');
  } catch {
    throw refuse('--config', phrase('the file {file} cannot be read', { file }));
  }
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw refuse('--config', phrase('{file} is not JSON: {why}', { file, why }), error);
  }
  const secret = secretVariables.map(({ option }) => option).find((name) => isText(memberOf(parsed, name)));
  if (secret !== undefined) {
    throw refuse(
      secret,
      phrase('must not stand in {file}; write { "env": "NAME" } or { "file": "/path" } in its place', { file }),
    );
  }
  return fromEnvironment(parsed, env);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.some(isText));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Secrets that the configuration lacks, from their variables. */
function withSecrets(given: object, env: Env): Record<string, unknown> {
  const options: Record<string, unknown> = { ...given };
  for (const secret of secretVariables) {
    if (options[secret.option] !== undefined) continue;
    // Said by the configuration, it is not to be contradicted by a variable that is left over.
    if (secret.option === 'secretsKey' && options.allowPlainSecrets === true) continue;
    const found = variable(secret, env);
    if (found !== undefined) options[secret.option] = found;
  }
  if (options.path === undefined && options.database === undefined) {
    const url = variable(databaseVariable, env);
    if (url !== undefined) options.database = { url };
  }
  return options;
}

function variable({ name }: Secret, env: Env): unknown {
  if (env[name] !== undefined) return env[name];
  const file = env[`${name}_FILE`];
  return file === undefined ? undefined : fromEnvironment({ file }, env);
}

/** JSON has no integers of any size. */
function withBlocks(options: Record<string, unknown>): Record<string, unknown> {
  const { networks } = options;
  if (!Array.isArray(networks)) return options;
  return {
    ...options,
    networks: networks.map((one: unknown) => {
      const from = memberOf(one, 'fromBlock');
      if (from === undefined) return one;
      if (!/^\d{1,20}$/.test(String(from))) throw refuse('networks.fromBlock', phrase('must be the number of a block'));
      return { ...(one as object), fromBlock: BigInt(String(from)) };
    }),
  };
}

function readListen(given: unknown): Listening {
  if (given === undefined) return { host: '127.0.0.1', port: 8080 };
  refuseUnknownKeys(given as object, ['host', 'port'], 'listen');
  const { host = '127.0.0.1', port = 8080 } = given as Partial<Listening>;
  if (typeof host !== 'string' || host === '') throw refuse('listen.host', phrase('must be an address to listen on'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw refuse('listen.port', phrase('must be 0 to 65535'));
  return { host, port };
}

function readMetricsSecret(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^\S{16,256}$/.test(given))
    throw refuse('metricsSecret', phrase('must have 16 to 256 characters and no spaces'));
  return given;
}
