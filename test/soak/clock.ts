/** A clock that all processes of a soak share: so many times as fast as the real one, from a time on. */
export interface FastClock {
  /** Epoch ms at which both clocks were alike. */
  from: number;
  times: number;
}

export function fastNow({ from, times }: FastClock): () => number {
  return () => Math.round(from + (Date.now() - from) * times);
}
