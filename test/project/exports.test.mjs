import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { subpaths } from '../../scripts/subpaths.mjs';
import { filesBelow, manifest, read } from '../../scripts/tools.mjs';

/** Each subpath of package.json is built, and what stands behind a wildcard is public. */
function findings() {
  const built = new Set(filesBelow('dist'));
  const missing = subpaths().flatMap(([subpath, file]) =>
    [`dist/cjs/${file}.js`, `dist/cjs/${file}.d.ts`]
      .filter((path) => !built.has(path))
      .map((path) => `package.json: ${subpath} needs ${path}, which the build does not make`),
  );
  const named = JSON.stringify([manifest().main, manifest().types, manifest().bin]).matchAll(
    /"(?:\.\/)?(dist\/[^"]+)"/g,
  );
  const unbuilt = [...named]
    .map(([, path]) => String(path))
    .filter((path) => !built.has(path))
    .map((path) => `package.json names ${path}, which the build does not make`);
  return [...missing, ...unbuilt, ...privateFolders(), ...strays()];
}

// A star matches slashes too, so each folder behind a wildcard has to be closed by name.
function privateFolders() {
  const { exports } = manifest();
  const open = Object.keys(exports).filter((subpath) => subpath.endsWith('/*') && exports[subpath] !== null);
  return open.flatMap((subpath) => {
    const folder = `lib/${subpath.slice(2, -1)}`;
    const inner = new Set(
      filesBelow(folder).flatMap((path) => /^([^/]+)\//.exec(path.slice(folder.length))?.[1] ?? []),
    );
    return [...inner]
      .filter((name) => exports[`${subpath.slice(0, -1)}${name}/*`] !== null)
      .map(
        (name) =>
          `package.json: "${subpath}" opens ${folder}${name}; close it with "${subpath.slice(0, -1)}${name}/*": null`,
      );
  });
}

/** A file in lib/providers exports a function of its own name that returns a provider; anything else is for the kit. */
function strays() {
  return filesBelow('lib/providers', /^lib\/providers\/[^/]+\.ts$/)
    .filter((path) => {
      const name = path.slice('lib/providers/'.length, -'.ts'.length).replaceAll('-', '');
      const maker = `^export function ${name}(?:<[^(]*>)?\\(\\s*options\\b[\\s\\S]{0,400}?\\): \\w*Provider\\b`;
      return !new RegExp(maker, 'im').test(read(path));
    })
    .map((path) => `${path} makes no provider; what several share belongs in lib/providers/kit`);
}

test('Each subpath is built, and what stands behind a wildcard is public', async () => {
  assert.equal((await findings()).join('\n'), '');
});

test('import gives by name all that require gives', async (t) => {
  const require = createRequire(import.meta.url);
  for (const [subpath] of subpaths()) {
    await t.test(subpath, async () => {
      const specifier = `${manifest().name}${subpath.slice(1)}`;
      const required = Object.keys(require(specifier));
      const imported = Object.keys(await import(specifier));
      assert.ok(required.length > 0, `${specifier} exports nothing`);
      assert.deepEqual(
        required.filter((name) => !imported.includes(name)),
        [],
      );
    });
  }
});
