import type { Cursor, CursorStore } from '../shared/cursor.ts';

export function createMemoryCursors(): CursorStore {
  const kept = new Map<string, Cursor>();
  return {
    cursors: async () => [...kept.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((one) => structuredClone(one)),
    async moveCursor(cursor) {
      if ((kept.get(cursor.id)?.version ?? 0) !== cursor.version) return false;
      kept.set(cursor.id, { ...structuredClone(cursor), version: cursor.version + 1 });
      return true;
    },
    dropCursor: async (id) => void kept.delete(id),
  };
}
