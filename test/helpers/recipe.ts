import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/**
 * Runs the first block of TypeScript of a recipe in `docs/recipes`, with the package's own source in place of the package,
 * and gives what it leaves under the names. Its `app.listen(...)` is left out: the test serves the app on a free port.
 */
export async function runRecipe(name: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const page = await readFile(new URL(`docs/recipes/${name}.md`, root), 'utf8');
  const [, code] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/recipes/${name}.md has no block of TypeScript`);
  const lib = (path: string): string => JSON.stringify(fileURLToPath(new URL(`lib/${path}.ts`, root)));
  const source = code
    .replace(/'deposit-callback'/g, lib('index'))
    .replace(/'deposit-callback\/([\w/-]+)'/g, (_, path: string) => lib(path))
    .replace(/^app\.listen\(.*\);$/m, '');
  const folder = new URL('.tmp/recipes/', root);
  await mkdir(folder, { recursive: true });
  const file = new URL(`${name}-${process.pid}.ts`, folder);
  await writeFile(file, `${source}\nexport { ${names.join(', ')} };\n`);
  return import(file.href);
}
