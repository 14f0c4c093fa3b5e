/** Times of several statements, as far as "newer" needs them. */
export interface Times {
  newest: number;
  /** One of them has no time. */
  untimed: boolean;
}

/** By the event's own time, within one provider; what is equal or missing is not newer. */
export function isNewer(at: number | undefined, than: Times): boolean {
  return at !== undefined && !than.untimed && at > than.newest;
}

export function withTime(times: Times | undefined, at: number | undefined): Times {
  const known = times ?? { newest: Number.NEGATIVE_INFINITY, untimed: false };
  if (at === undefined) known.untimed = true;
  else if (at > known.newest) known.newest = at;
  return known;
}
