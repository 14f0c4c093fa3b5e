import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../helpers/every-store.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';
import { startRedis } from '../../helpers/redis-server.ts';

/** Where a fresh store is; and what removes it. */
export async function openPlace(engine: Engine): Promise<{ place: string; remove(): Promise<void> }> {
  switch (engine) {
    case 'memory':
      return { place: '', remove: async () => {} };
    case 'sqlite': {
      const directory = mkdtempSync(join(tmpdir(), 'worlds-'));
      return {
        place: join(directory, 'worlds.db'),
        remove: async () => rmSync(directory, { recursive: true, force: true }),
      };
    }
    case 'postgres': {
      const server = await startPostgres();
      return { place: server.url, remove: server.remove };
    }
    case 'redis': {
      const server = await startRedis();
      return { place: server.path, remove: server.remove };
    }
  }
}
