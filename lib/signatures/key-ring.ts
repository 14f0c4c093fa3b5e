export interface Key<K> {
  id: string;
  value: K;
}
/** PLACEHOLDER-FOR-CONTRACT */
export interface KeyRing<K> {
  /** Keys in force at `now`, newest first; throws or rejects with `KEYS_UNAVAILABLE`. */
  active(now: number): readonly Key<K>[] | Promise<readonly Key<K>[]>;
  /** What `doctor` shows: ids and periods, never a secret. */
  describe(): readonly { id: string; notBefore?: number; notAfter?: number }[];
}
