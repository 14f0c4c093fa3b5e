import type { Choices } from './choices.ts';

/** What a file imports from another. */
export interface Import {
  from: string;
  /** The names of what is imported, or the name of all of it. */
  names: readonly string[] | string;
}

type Syntax = Pick<Choices, 'language' | 'module'>;

/** The statements that import, in the syntax of the app. TypeScript is written in that of ES modules, whatever is made of it. */
export function importLines(imports: readonly Import[], syntax: Syntax): string {
  const required = isRequired(syntax);
  return imports
    .map(({ from, names }) => {
      const bound = typeof names === 'string' ? names : `{ ${names.join(', ')} }`;
      return required ? `const ${bound} = require('${from}');` : `import ${bound} from '${from}';`;
    })
    .join('\n');
}

/** The name of another file of the app, as it is imported. */
export function fileImport(name: string, syntax: Syntax): string {
  return isRequired(syntax) ? `./${name}` : `./${name}.js`;
}

/** Declarations that the file exports: each begins a line with `const`. */
export function exported(declarations: readonly string[], syntax: Syntax): string {
  if (!isRequired(syntax)) return declarations.map((one) => one.replace(/^const /m, 'export const ')).join('\n\n');
  const names = declarations.map((one) => /^const (\w+)/m.exec(one)?.[1]);
  return `${declarations.join('\n\n')}\n\nmodule.exports = { ${names.join(', ')} };`;
}

function isRequired({ language, module }: Syntax): boolean {
  return language === 'javascript' && module === 'commonjs';
}

/** An expression that is written as it stands. */
export class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value as it is written in a program: over several lines if it is long. `indent` is that of the line it begins on. */
export function literal(value: unknown, indent = ''): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? (['[', ']', value.map((one) => literal(one, inner))] as const)
    : (['{ ', ' }', Object.entries(value).map(([key, one]) => `${keyText(key)}: ${literal(one, inner)}`)] as const);
  const line = `${open}${parts.join(', ')}${close}`;
  if (line.length <= 90 && !line.includes('\n')) return line;
  return `${open.trim()}\n${parts.map((one) => `${inner}${one},\n`).join('')}${indent}${close.trim()}`;
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
}
