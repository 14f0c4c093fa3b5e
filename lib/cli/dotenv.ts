import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { InvalidArgumentError, Option } from 'commander';

/**
 * `--dotenv`: variables of a file, which the environment lacks. They are set when the option is read, so that other options and a
 * configuration find them. It has not the name of Node's own option, which Node 20 looks for behind the program too.
 */
export function dotenvOption(): Option {
  return new Option('--dotenv <file>', 'take variables of the environment from this file, for example .env').argParser(
    (file: string) => {
      for (const [name, value] of Object.entries(parseEnv(readText(file)))) process.env[name] ??= value;
      return file;
    },
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new InvalidArgumentError(`${file} cannot be read.`);
  }
}
