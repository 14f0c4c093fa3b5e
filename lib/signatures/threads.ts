/** Above so many bytes, a hash is work for another thread: below, it takes about as long as to ask for it. */
export const mostHere: number = 256 * 1_024;
/** Each copies what it works on, so more of them would hold more memory, and a turn of the event loop longer. */
const mostAtOnce = 2;

const waiting: (() => void)[] = [];
let running = 0;

/** Does the work in Node's threads; beyond two at once, it waits for its turn. */
export async function fewAtOnce<R>(work: () => Promise<R>): Promise<R> {
  if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    // Whoever is next takes over the place.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
