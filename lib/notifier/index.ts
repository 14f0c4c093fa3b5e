export { createNotifier, type Notifier, type NotifierStatus } from './notifier.ts';
export type { NotifierOptions } from './options.ts';
export type { NetworkHealth } from './reading/health.ts';
export type { NewApiKey } from './store/api-keys.ts';
export type { WatchedNetwork } from './watched-network.ts';
