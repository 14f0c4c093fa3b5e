import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bodiesOf,
  eventsOf,
  everyProvider,
  publishedBodies,
  publishedFolder,
  readPublished,
} from '../helpers/published.ts';

for (const name of everyProvider) {
  test(`${name}: each kind of event that it reads has a published body, or a reason why there is none`, async () => {
    const published = publishedBodies(name);
    assert.ok(published, `test/providers/published/${name}/cases.json is missing`);
    const { unpublished, cases = [] } = published;
    const events = await eventsOf(name);
    if (unpublished !== undefined) {
      assert.ok(unpublished.length > 10 && cases.length === 0 && events.length === 0, 'Nothing is published of it');
      return;
    }
    assert.ok(events.length > 0, `${name} declares no events`);
    const known = new Set(cases.map(({ event }) => event));
    assert.deepEqual(
      events.filter((event) => !known.has(event)),
      [],
      'These events have neither a published body nor a reason',
    );
    for (const one of cases) {
      if ('unpublished' in one) assert.ok(one.unpublished.length > 10, `${one.event}: give the reason`);
      else
        assert.ok(one.source !== '' && /^\d{4}-\d\d-\d\d$/.test(one.retrieved), `${one.event}: name source and date`);
    }
  });

  test(`${name}: each file among its published bodies is read by a case`, () => {
    const folder = join(publishedFolder, name);
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file !== 'cases.json') : [];
    const named = new Set(bodiesOf(name).map(({ file }) => file));
    assert.deepEqual(
      files.filter((file) => !named.has(file)),
      [],
    );
  });

  for (const one of bodiesOf(name)) {
    test(`${name}: ${one.event}, as published (${one.file}), is read exactly`, async () => {
      assert.deepEqual(await readPublished(name, one), one.expect);
    });
  }
}

test('Each folder of published bodies is that of a provider', () => {
  const folders = readdirSync(publishedFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(
    folders.map(({ name }) => name).filter((name) => !everyProvider.includes(name)),
    [],
  );
});
