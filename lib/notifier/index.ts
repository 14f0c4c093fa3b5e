export type { NewApiKey } from './api-keys.ts';
export { createNotifier, type Notifier } from './notifier.ts';
export type { NotifierOptions } from './options.ts';
export type { WatchedNetwork } from './watched-network.ts';
