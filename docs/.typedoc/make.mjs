// Makes docs/api from the types and docblocks of lib: a page for each subpath of package.json. Fails on any warning of TypeDoc.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { subpaths } from '../../scripts/subpaths.mjs';
import { root } from '../../scripts/tools.mjs';

const { Application } = await import('typedoc').catch(() => {
  console.error('TypeDoc is not installed: npm ci --prefix docs/.typedoc --ignore-scripts');
  process.exit(1);
});

const main = 'deposit-callback';
const entries = subpaths().map(([subpath, file]) => ({ name: subpath.slice(2) || main, file: `lib/${file}.ts` }));
const out = join(root, 'docs/api');

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  name: 'API',
  entryPoints: entries.map(({ file }) => join(root, file)),
  tsconfig: join(import.meta.dirname, 'tsconfig.json'),
  // The gate `types` checks them, with the project's own compiler.
  skipErrorChecking: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  readme: 'none',
  out,
  // Below, and only what is made here.
  cleanOutputDir: false,
  router: 'module',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  sanitizeComments: true,
  useHTMLAnchors: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  pageTitleTemplates: {
    index: 'API',
    module: ({ name }) => (name === main ? name : `${main}/${name}`),
  },
  // Parts of public types that nobody names are not exported. Functions are held to it by test/package/docblocks.test.ts.
  validation: { notExported: false, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Variable'],
  logLevel: 'Warn',
});

const project = await app.convert();
if (project === undefined) process.exit(1);
const modules = new Map(project.children?.map((module) => [module.sources?.[0]?.fullFileName ?? module.name, module]));
for (const { name, file } of entries) {
  const module =
    modules.get(file.slice('lib/'.length, -'.ts'.length).replace(/\/index$/, '')) ?? modules.get(join(root, file));
  if (module === undefined) throw new Error(`There is no page for ${file}`);
  module.name = name;
}
app.validate(project);
rmSync(out, { recursive: true, force: true });
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
