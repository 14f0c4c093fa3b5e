import type { Argument, Command, Option } from 'commander';

/** A shell for which there is completion. */
export type Shell = 'bash' | 'zsh' | 'fish';

interface Flag {
  name: string;
  does: string;
  takesValue: boolean;
  values: readonly string[];
}

interface Verb {
  name: string;
  does: string;
  flags: readonly Flag[];
  /** What its first argument may be, if that is known. */
  values: readonly string[];
}

/** The script that completes verbs, options and what they may be, for a shell. */
export function completionScript(shell: Shell, program: Command): string {
  const verbs = program.commands.map(verbOf);
  return { bash: inBash, zsh: inZsh, fish: inFish }[shell](verbs);
}

function verbOf(command: Command): Verb {
  const help = command.createHelp();
  const [first] = command.registeredArguments;
  return {
    name: command.name(),
    does: command.description(),
    flags: help.visibleOptions(command).flatMap(flagOf),
    values: valuesOf(first),
  };
}

function flagOf(option: Option): Flag[] {
  if (option.long === undefined || option.long === null) return [];
  const takesValue = option.required || option.optional;
  return [{ name: option.long, does: option.description, takesValue, values: valuesOf(option) }];
}

function valuesOf(given: Option | Argument | undefined): readonly string[] {
  return given?.argChoices ?? [];
}

function inBash(verbs: readonly Verb[]): string {
  const byFlag = verbs.flatMap(({ name, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map(({ name: flag, values }) => {
        const words = values.length === 0 ? 'return' : `words=${quoted(values.join(' '))}`;
        return `    ${quoted(`${name} ${flag}`)}) ${words} ;;`;
      }),
  );
  const byVerb = verbs.map(({ name, flags, values }) => {
    const words = [...values, ...flags.map((flag) => flag.name)].join(' ');
    return `      ${name}) words=${quoted(words)} ;;`;
  });
  return `_deposit_callback() {
  local current="\${COMP_WORDS[COMP_CWORD]}" verb="\${COMP_WORDS[1]}" words=''
  COMPREPLY=()
  case "$verb \${COMP_WORDS[COMP_CWORD-1]}" in
${byFlag.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quoted(verbs.map(({ name }) => name).join(' '))}
  elif [ -z "$words" ]; then
    case "$verb" in
${byVerb.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _deposit_callback deposit-callback
`;
}

function inZsh(verbs: readonly Verb[]): string {
  const cases = verbs.map(({ name, flags, values }) => {
    const first = values.length === 0 ? '*:file:_files' : `*:what:(${values.join(' ')})`;
    const lines = [...flags.map(zshFlag), first].map((line) => `        ${quoted(line)}`);
    return `    ${name})\n      _arguments \\\n${lines.join(' \\\n')}\n      ;;`;
  });
  return `#compdef deposit-callback
_deposit_callback() {
  local -a verbs
  verbs=(
${verbs.map(({ name, does }) => `    ${quoted(`${name}:${does}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _deposit_callback deposit-callback
`;
}

function zshFlag({ name, does, takesValue, values }: Flag): string {
  const text = `${name}[${does.replace(/[[\]\\:]/g, '\\$&')}]`;
  if (!takesValue) return text;
  return values.length === 0 ? `${text}:value:_files` : `${text}:value:(${values.join(' ')})`;
}

function inFish(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap(({ name, does, flags, values }) => {
    const under = `complete -c deposit-callback -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c deposit-callback -n __fish_use_subcommand -f -a ${name} -d ${quoted(does)}`,
      ...(values.length === 0 ? [] : [`${under} -f -a ${quoted(values.join(' '))}`]),
      ...flags.map((flag) => {
        const value = flag.values.length > 0 ? ` -x -a ${quoted(flag.values.join(' '))}` : flag.takesValue ? ' -r' : '';
        return `${under} -l ${flag.name.slice(2)}${value} -d ${quoted(flag.does)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** In single quotes: nothing in it means anything to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
