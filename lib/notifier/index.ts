export type { NewApiKey } from './api-keys.ts';
export { createNotifier, type Notifier } from './notifier.ts';
export type { NotifierOptions, WatchedNetwork } from './options.ts';
