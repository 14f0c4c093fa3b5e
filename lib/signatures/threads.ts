import { type Limiter, limiter } from '../util/limiter.ts';

/** Above so many bytes, a hash is work for another thread: below, it takes about as long as to ask for it. */
export const mostHere: number = 256 * 1_024;

/**
 * Does work in Node's threads, two at once: each copies what it works on, so more of them would hold more memory, and a turn of
 * the event loop longer.
 */
export const fewAtOnce: Limiter = limiter(2);
