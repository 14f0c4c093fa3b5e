import type { Cursor, Store } from '../../stores/store.ts';

/** A cursor as this process knows it to be stored. */
export interface KeptCursor {
  readonly current: Cursor;
  /** Stores it with these members changed; undefined takes one away. False once another process has moved it. */
  change(members: CursorChange): Promise<boolean>;
}

type CursorChange = { [K in keyof Omit<Cursor, 'id' | 'version' | 'network'>]?: Cursor[K] | undefined };

export function keepCursor(store: Pick<Store, 'moveCursor'>, stored: Cursor): KeptCursor {
  let current = stored;
  let isOurs = true;
  return {
    get current() {
      return current;
    },
    async change(members) {
      const next = Object.fromEntries(
        Object.entries({ ...current, ...members }).filter(([, value]) => value !== undefined),
      ) as unknown as Cursor;
      isOurs &&= await store.moveCursor(next);
      if (isOurs) current = { ...next, version: next.version + 1 };
      return isOurs;
    },
  };
}
