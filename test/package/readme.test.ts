import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closeRegistry, emptyProject, freePort } from '../helpers/empty-project.ts';

after(closeRegistry);

const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, section = ''] = /^## The first credit\n([\s\S]*?)^## /m.exec(page) ?? [];

/** Blocks of a language in the section, one after another. */
function blocks(language: string): string[] {
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) =>
    String(match[1]),
  );
}

const lines = blocks('sh').flatMap((block) => block.replaceAll('\\\n', '').trimEnd().split('\n'));
const [code = ''] = blocks('js');
const [required = ''] = blocks('cjs');

test('the first credit takes at most five commands', () => {
  assert.equal(lines.length, 5, lines.join('\n'));
  assert.ok(code !== '' && required !== '', 'there is a program, and the beginning of one in CommonJS');
});

for (const module of ['esm', 'commonjs'] as const) {
  for (const express of ['5', '4'] as const) {
    test(`the lines of the README credit a deposit: ${module}, Express ${express}`, async (t) => {
      const project = await emptyProject(t);
      const port = String(await freePort());
      const onPort = (text: string): string => text.replaceAll('3000', port);
      const asModule = (text: string): string => (module === 'esm' ? text : text.replace('server.mjs', 'server.cjs'));
      const [install = '', secret = '', start = '', send = '', show = ''] = lines.map(onPort).map(asModule);

      await project.type(install.replace(' express ', ` express@${express} `));
      await project.type(secret);
      const program = module === 'esm' ? code : code.replace(/(?:^import .*\n)+/m, required);
      await writeFile(join(project.folder, asModule('server.mjs')), onPort(program));
      const server = await project.start(start, /listening/);
      assert.match(await project.type(send), /^200 /m);
      await server.until(/^credited 1000000 to alice$/m);
      assert.match(
        await project.type(show),
        /confirmed.*0\.000000000001 ETH.*0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed/,
      );
      // Each module and each Express once: every probe that can be tried without TLS holds for what the README shows.
      if ((module === 'esm') !== (express === '5')) return;
      const endpoint = `http://127.0.0.1:${port}/callbacks/imtoken --dotenv .env --store deposits.db --slow 8s`;
      const account =
        '--to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --asset eip155:1/slip44:60 --amount 10000000000000000';
      assert.match(
        await project.type(`npx deposit-callback audit ${endpoint} ${account}`),
        /: \d\d green, 0 red, 4 skipped, /,
      );
    });
  }
}
