/** Options of every part that runs by itself, for `parseArgs`. */
export const partOptions = {
  out: { type: 'string', default: 'bench/results' },
  quick: { type: 'boolean', default: false },
} as const;

/** The parts in the order in which they run and stand in the report, each with its file. */
export const parts = {
  receiving: 'receiving.ts',
  crediting: 'crediting.ts',
  overload: 'overload.ts',
  latency: 'latency.ts',
  cost: 'cost.ts',
  delivery: 'delivery.ts',
  burst: 'burst.ts',
  'many-transfers': 'many-transfers.ts',
  startup: 'startup.ts',
  memory: 'memory.ts',
  tarball: 'tarball.ts',
  backlog: 'backlog.ts',
  'store-growth': 'store-growth-part.ts',
  notifier: 'notifier-part.ts',
} as const;

export type PartName = keyof typeof parts;

export const partNames = Object.keys(parts) as PartName[];
