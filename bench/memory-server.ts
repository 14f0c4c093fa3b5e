import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oursByLinks } from './ours.ts';

// `memory-server.ts <place of the store> <ids remembered>`, with --expose-gc: receives, and tells what it holds when asked.

const [, , place = '', rememberedIds = ''] = process.argv;
const receive = await oursByLinks(place, { rememberedIds: Number(rememberedIds) });
const server = createServer(receive);
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
process.on('message', async () => {
  // Twice, with a turn between: what the first frees in a finalizer goes with the second.
  globalThis.gc?.();
  await new Promise(setImmediate);
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ bytes: heapUsed + external });
});
