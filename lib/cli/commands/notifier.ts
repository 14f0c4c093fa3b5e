import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadNotifierConfig, type NotifierConfig } from '../notifier/config.ts';
import { serviceLogger } from '../notifier/log-lines.ts';
import { serveNotifier } from '../notifier/serve-notifier.ts';
import { parsePort } from '../times.ts';
import { phrase, type Told } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

interface Options {
  config?: string;
  host?: string;
  port?: number;
  check?: boolean;
  json?: boolean;
}

/** Runs the sending side from a file, until it is asked to stop. */
export function addNotifier(program: Command, context: Context, finish: (code: number) => void): void {
  program
    .command('notifier')
    .description('run the notifier: watch addresses on your nodes and send callbacks')
    .addOption(
      new Option(
        '--config <file>',
        'JSON, or a module that exports the options of createNotifier, with listen and metricsSecret',
      ).env('DEPOSIT_NOTIFIER_CONFIG'),
    )
    .option('--host <address>', 'to listen on, in place of listen.host')
    .option('--port <number>', 'in place of listen.port; 0 for any free port', parsePort)
    .option('--check', 'only check the configuration')
    .option('--json', 'log in lines of JSON, on standard output')
    .action(async (options: Options) => {
      await run(options, context);
      finish(exitCodes.ok);
    });
}

async function run(
  { config: file, host, port, check = false, json = false }: Options,
  context: Context,
): Promise<void> {
  if (file === undefined || file === '') {
    throw refuse(
      '--config',
      phrase(
        'is required, or set DEPOSIT_NOTIFIER_CONFIG: JSON, or a module that exports the options of createNotifier',
      ),
    );
  }
  const { output, env, now } = context;
  // The other verbs need none of what it stands on.
  const { createNotifier } = await import('../../notifier/index.ts');
  const { notifierOptionNames } = await import('../../notifier/options.ts');
  const read = await loadNotifierConfig(file, env, Object.keys(notifierOptionNames));
  const logger = read.options.logger ?? serviceLogger(output, json, now);
  const config: NotifierConfig = {
    ...read,
    listen: { host: host ?? read.listen.host, port: port ?? read.listen.port },
  };
  // The log of a machine is English.
  const tell = (fields: object, told: Told): void =>
    logger.info(fields, json || read.options.logger !== undefined ? told.en : output.said(told));
  const notifier = createNotifier({ ...config.options, logger });
  if (check) {
    await notifier.close();
    tell({ config: file }, phrase('The configuration is valid'));
    return;
  }
  // Listened for from now on, so that a stop while it opens is heard too.
  const stopped = context.stopped();
  try {
    await notifier.ready();
    const served = await serveNotifier(notifier, config, logger);
    try {
      await notifier.start();
      const { host: address } = config.listen;
      const at = address.includes(':') ? `[${address}]` : address;
      const listening = phrase('Listening on {url}', { url: `http://${at}:${served.port}` });
      tell({ host: address, port: served.port }, listening);
      await stopped;
      tell({}, phrase('Stopping'));
    } finally {
      await served.close();
    }
  } finally {
    await notifier.close();
  }
  tell({}, phrase('Stopped'));
}
