/** Work in short pieces, so that the event loop may have its turn between two of them. */
export type Pieces<T> = Generator<void, T, void>;

/** How long the pieces of one work may follow one another. */
const holdMs = 10;

/** The result of all pieces, one after another. */
export function atOnce<T>(pieces: Pieces<T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
  }
}

/** The same, with a turn of the event loop whenever they have taken `holdMs` together. */
export async function inTurns<T>(pieces: Pieces<T>, clock: () => number = () => performance.now()): Promise<T> {
  for (let since = clock(); ; ) {
    const { done, value } = pieces.next();
    if (done === true) return value;
    if (clock() - since < holdMs) continue;
    await new Promise(setImmediate);
    since = clock();
  }
}
