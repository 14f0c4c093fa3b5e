/** Undefined if there is no answer. */
export type AskOnce<T> = () => Promise<T | undefined>;

/** Gives the same answer to all who ask while it is on its way: the metrics of one read, which wait for it together. */
export function askedOnce<T>(ask: () => Promise<T>): AskOnce<T> {
  let asked: Promise<T | undefined> | undefined;
  return () => {
    asked ??= ask()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
}
