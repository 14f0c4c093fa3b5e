import { spawn } from 'node:child_process';
import { createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '../../scripts/ensure-build.mjs';
import { pack } from '../../scripts/pack.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Manifest {
  name: string;
  version: string;
}

/** Where the files of one version of a package are. */
type Source = { manifest: Manifest } & ({ folder: string } | { tarball: string });

export interface LocalRegistry {
  url: string;
  close(): void;
}

/** A registry with this package as it would be published, and with every package that is installed here: for `npm install` without a network. */
export async function startRegistry(): Promise<LocalRegistry> {
  const tarball = await pack();
  const sources = [...installed(), { manifest: readManifest(root), tarball }];
  const server = createServer((req, res) => {
    const path = decodeURIComponent(req.url ?? '').slice(1);
    const file = /^-\/(\d+)\.tgz$/.exec(path);
    if (file !== null) sendFiles(sources[Number(file[1])], res);
    else sendPackage(path, sources, url, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(tarball, { force: true });
    },
  };
}

function installed(): Source[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: object };
  return (
    Object.keys(packages)
      .map((path) => join(root, path))
      .filter((folder) => folder !== root && existsSync(join(folder, 'package.json')))
      // The version that is installed for this package itself is the latest.
      .sort((a, b) => a.split('node_modules').length - b.split('node_modules').length)
      .map((folder) => ({ folder, manifest: readManifest(folder) }))
  );
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function sendPackage(name: string, sources: readonly Source[], url: string, res: ServerResponse): void {
  const versions = sources
    .map((source, index) => ({ ...source.manifest, dist: { tarball: `${url}/-/${index}.tgz` } }))
    .filter((one) => one.name === name);
  const [first] = versions;
  res.writeHead(first === undefined ? 404 : 200, { 'content-type': 'application/json' });
  res.end(
    JSON.stringify({
      name,
      'dist-tags': { latest: first?.version },
      versions: Object.fromEntries(versions.map((one) => [one.version, one])),
    }),
  );
}

function sendFiles(source: Source | undefined, res: ServerResponse): void {
  if (source === undefined) {
    res.writeHead(404).end();
    return;
  }
  res.writeHead(200, { 'content-type': 'application/octet-stream' });
  if ('tarball' in source) {
    createReadStream(source.tarball).pipe(res);
    return;
  }
  const { folder } = source;
  // What a compiler left holds the same files again, as links, which npm takes from nobody.
  const excluded = [`${basename(folder)}/node_modules`, 'obj.target'].flatMap((path) => ['--exclude', path]);
  const args = ['-cf', '-', ...excluded, '-C', dirname(folder), basename(folder)];
  spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(res);
}
