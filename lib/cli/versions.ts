/** Of this package, as in package.json. */
export const version = '0.1.0';

/** What an app of `init` installs, as in package.json: the versions with which it is tested. */
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
