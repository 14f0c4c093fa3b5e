import { type Argument, type Command, Help, type Option } from 'commander';
import { columns } from '../columns.ts';
import { chineseHelp } from './chinese-help.ts';
import { chineseErrorOf, chineseHeadings, extra } from './chinese-usage.ts';

/**
 * Has a program and its verbs speak Chinese: descriptions, headings and what is said of a command line that cannot be understood. Names of
 * verbs, options and values stay.
 */
export function speak(program: Command): void {
  program.helpCommand('help [command]', translated('display help for command'));
  for (const command of [program, ...program.commands]) {
    command.helpOption('-h, --help', translated('display help for command'));
    command.description(translated(command.description()));
    for (const one of [...command.options, ...command.registeredArguments])
      one.description = translated(one.description);
    command.configureOutput({ outputError: (text, write) => write(chineseErrorOf(text)) });
    command.configureHelp({
      styleTitle: (title) => chineseHeadings[title] ?? title,
      optionDescription: described,
      argumentDescription: described,
      displayWidth: columns,
      boxWrap: wrapped,
    });
  }
}

function translated(text: string): string {
  return chineseHelp[text] ?? text;
}

function described(one: Option | Argument): string {
  const takesValue = !('flags' in one) || one.required || one.optional;
  return extra(one.description, {
    choices: one.argChoices?.join(', '),
    usual: takesValue ? (one.defaultValueDescription ?? shown(one.defaultValue)) : undefined,
    variable: 'envVar' in one ? one.envVar : undefined,
  });
}

function shown(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

const wide = String.raw`[\p{Script=Han}\u3000-\u303f\uff00-\uffef]`;
// Punctuation stays with what is before it.
const piece = new RegExp(
  String.raw`\s*(?:${wide}[\u3001\u3002\uff01-\uff1f]*|(?:(?!${wide})\S)+[\u3001\u3002\uff01-\uff1f]*)`,
  'gu',
);

/** Breaks lines also between Chinese characters, which have no spaces between them. */
function wrapped(text: string, width: number): string {
  if (width < new Help().minWidthToWrap) return text;
  const lines = [''];
  for (const part of text.match(piece) ?? []) {
    const line = lines.at(-1) ?? '';
    if (line === '' || columns(line + part) <= width)
      lines[lines.length - 1] = line === '' ? part.trimStart() : line + part;
    else lines.push(part.trimStart());
  }
  return lines.join('\n');
}
