import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifest, read, root } from '../../scripts/tools.mjs';

/** @typedef {{ version: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} Locked */

/** What npm installs with the package, as the lock has it: `name@version`, sorted. */
function installed() {
  /** @type {{ packages: Record<string, Locked> }} */
  const { packages } = JSON.parse(read('package-lock.json'));
  /** @type {Set<string>} */
  const places = new Set();
  /** @param {string} from @param {string} name */
  const visit = (from, name) => {
    const place = placeOf(packages, from, name);
    if (places.has(place)) return;
    places.add(place);
    const { dependencies = {}, optionalDependencies = {} } = packages[place] ?? {};
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(place, next);
  };
  for (const name of Object.keys(manifest().dependencies)) visit('', name);
  return [...places].map((place) => `${place.split('node_modules/').at(-1)}@${packages[place]?.version}`).sort();
}

/** The nearest node_modules above that has the name. @param {Record<string, Locked>} packages @param {string} from @param {string} name */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (place in packages) return place;
    if (folder === '') throw new Error(`package-lock.json has no ${name} for ${from || 'the package'}`);
  }
}

test('The bill of materials names everything that npm installs with the package, and nothing else', () => {
  const bill = JSON.parse(
    execFileSync(join(root, '.ci', 'sbom'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  assert.equal(bill.bomFormat, 'CycloneDX');
  assert.equal(bill.metadata.component.name, manifest().name);
  const components = /** @type {{ name: string, version: string }[]} */ (bill.components);
  assert.deepEqual(components.map(({ name, version }) => `${name}@${version}`).sort(), installed());
});
