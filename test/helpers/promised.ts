/** A promise and what settles it, for a test that waits until something has happened. */
export interface Promised<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
}

export function promised<T = void>(): Promised<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
