import { after, before, test } from 'node:test';
import { redisStore } from '../../lib/stores/redis.ts';
import type { Store } from '../../lib/stores/store.ts';
import { describeStore } from '../../lib/testing/describe-store.ts';
import { findRedis, redisMissing } from '../helpers/redis-server.ts';

const skip = redisMissing();
let server: Awaited<ReturnType<typeof findRedis>>;
before(async () => {
  if (skip === undefined) server = await findRedis();
});
after(() => server?.remove());

// A server that others use, too, has what the last run left.
const run = `test-${Date.now().toString(36)}`;
let stores = 0;

describeStore({
  name: 'redis',
  test: (name, run) => test(name, { skip: skip ?? false }, run),
  async open({ now }) {
    stores += 1;
    const prefix = `${run}-${stores}:`;
    const opened: Store<unknown>[] = [];
    const open = async (): Promise<Store<unknown>> => {
      const store = redisStore({ client: server.client(), prefix, now });
      opened.push(store);
      await store.ready();
      return store;
    };
    const close = async (): Promise<void> => {
      for (const store of opened.splice(0)) await store.close();
    };
    return {
      store: await open(),
      another: open,
      reopen: async () => {
        await close();
        return open();
      },
      makeNewer: async () => void (await server.client().set(`${prefix}schema`, '1000')),
      close,
    };
  },
});
