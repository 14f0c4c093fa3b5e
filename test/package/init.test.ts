import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeRegistry, type EmptyProject, emptyProject, freePort } from '../helpers/empty-project.ts';

after(closeRegistry);

/** The lines that `init` prints: how to start the app, to send a callback, and to see the credit. */
function printed(text: string): [start: string, send: string, show: string] {
  const lines = text.split('\n').filter((line) => line.startsWith('  '));
  assert.equal(lines.length, 3, text);
  return lines as [string, string, string];
}

async function assertCredits(project: EmptyProject, text: string): Promise<void> {
  const [start, send, show] = printed(text);
  await project.start(start, /listening on http/);
  await project.type(send);
  // A durable store answers before the deposit is handed out.
  let shown = '[]';
  while (shown.endsWith('[]')) shown = await project.type(show);
  assert.match(shown, /"account":"alice","asset":"[^"]+","amount":"\d+"/);
}

const combinations = [
  ['typescript', 'esm', '5', 'imtoken', 'sqlite'],
  ['typescript', 'commonjs', '4', 'imtoken', 'sqlite'],
  ['javascript', 'esm', '4', 'alchemy', 'sqlite'],
  ['javascript', 'commonjs', '5', 'circle', 'memory'],
  ['javascript', 'commonjs', '4', 'imtoken', 'memory'],
] as const;

for (const [language, module, express, provider, store] of combinations) {
  test(`the lines of init credit a deposit: ${language}, ${module}, Express ${express}, ${provider}, ${store}`, async (t) => {
    const project = await emptyProject(t);
    const choices = { language, module, express, provider, store, port: await freePort() };
    const options = Object.entries(choices).map(([name, value]) => `--${name} ${value}`);
    const text = await project.type(`npx --yes deposit-callback init ${options.join(' ')}`);
    await assertCredits(project, text);
  });
}
