import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Command, Option } from 'commander';
import { isDepositCallbackError } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';
import { type Options, resolveOptions } from '../options.ts';
import { createReceiver, type Receiver } from '../receiver.ts';
import type { Output } from './output.ts';
import { withMeaning } from './words/meanings.ts';
import { phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

// Written out, it would be compiled to a `require`, which loads no module that awaits at its top level.
const importModule = new Function('url', 'return import(url)') as (
  url: string,
) => Promise<{ default?: unknown; options?: unknown }>;

/** For each step of closing, once a verb has done its work. */
const closingMs = 5_000;

/** Adds `--config`. */
export function addConfigOption(command: Command): Command {
  return command.addOption(
    new Option('--config <file>', 'module that exports the options of depositCallbacks').env('DEPOSIT_CALLBACK_CONFIG'),
  );
}

/**
 * The options that a module exports, as default or as `options`: a value, or a function that gives one or a promise.
 * Throws `OPTION_INVALID` if it exports neither, or if there is no such file.
 */
export async function loadConfig(file: string | undefined): Promise<Options> {
  if (file === undefined || file === '') {
    throw refuse(
      '--config',
      phrase('is required, or set DEPOSIT_CALLBACK_CONFIG: a module that exports the options of depositCallbacks'),
    );
  }
  const options = await exportedOptions(file);
  if (typeof options !== 'object' || options === null || !('providers' in options) || !('policy' in options)) {
    throw refuse(
      '--config',
      phrase('{file} must export the options of depositCallbacks: providers, policy, store, ...', { file }),
    );
  }
  return options as Options;
}

/**
 * What a module exports as `options` or by default: a value, or what its function gives. Throws `OPTION_INVALID` for a file that is not
 * there, or that Node cannot load.
 */
export async function exportedOptions(file: string): Promise<unknown> {
  const path = resolve(file);
  if (!existsSync(path)) throw refuse('--config', phrase('there is no file {file}', { file }));
  const loaded = await importModule(pathToFileURL(path).href).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    throw refuse(
      '--config',
      phrase('Node cannot load {file}; build it, and name the file of JavaScript', { file }),
      error,
    );
  });
  // A CommonJS module's exports stand in `default`.
  const found = loaded.options ?? memberOf(loaded.default, 'options') ?? loaded.default;
  return typeof found === 'function' ? await (found as () => unknown)() : found;
}

/**
 * Runs `use` with the receiver of the configuration, its store ready. It is not started, so nothing is delivered from
 * here: the listeners are in the service, which polls, and an event without a listener would count as handled.
 */
export async function withOperations<T>(
  config: string | undefined,
  output: Output,
  use: (receiver: Receiver<unknown>) => Promise<T>,
): Promise<T> {
  const options = await loadConfig(config);
  const settings = resolveOptions({ ...options, logger: options.logger ?? noteLogger(output) });
  const { store } = settings;
  if (!store.durable) {
    throw refuse(
      'store',
      phrase('the {store} store of --config cannot be shared with another process', { store: store.name }),
    );
  }
  const receiver = createReceiver(settings);
  try {
    await store.ready();
    return await use(receiver);
  } finally {
    await receiver.close(() => closingMs);
  }
}

/** Warnings and errors to standard error. */
export function noteLogger(output: Output): Logger {
  const write = (fields: object, message: string): void => {
    const { error } = fields as { error?: unknown };
    const line = isDepositCallbackError(error) ? `${message}: ${error.message}` : message;
    output.note(output.said(withMeaning(line, fields)));
  };
  return { debug() {}, info() {}, warn: write, error: write };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
