// Made by scripts/embed.mjs from package.json: change that.
export const version = '0.1.0';

export const ranges = {
  '@types/express': '^5.0.6',
  '@types/node': '^20.19.43',
  '@types/pg': '^8.23.1',
  'better-sqlite3': '^12.11.1',
  express: '^5.3.0',
  ioredis: '^5.11.1',
  pg: '^8.23.1',
  typescript: '^7.0.2',
  express4: '^4.22.3',
} as const;
