import { memoryStore } from '../../lib/stores/memory.ts';
import { describeStore } from '../../lib/testing/describe-store.ts';

describeStore({
  name: 'memory',
  async open({ now }) {
    const store = memoryStore({ now });
    await store.ready();
    return { store, close: () => store.close() };
  },
});
