export type { InspectedKey, Inspection, InspectionQuery, NotifierStatus } from './inspection.ts';
export { createNotifier, type Notifier } from './notifier.ts';
export type { NotifierOptions } from './options.ts';
export type { NetworkHealth } from './reading/health.ts';
export type { NewApiKey } from './store/api-keys.ts';
export type { NotifierPostgres } from './store/postgres-database.ts';
export type { WatchedNetwork } from './watched-network.ts';
