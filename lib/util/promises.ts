/** Any object with `then`, also of an old library or another realm. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/**
 * The same promise, marked as one that may be awaited later, or by nobody: if it rejects meanwhile, Node would end the
 * process.
 */
export function handled<T extends Promise<unknown>>(promise: T): T {
  promise.catch(() => {});
  return promise;
}

/** Takes a promise that a user's function returned where none is awaited; its rejection is passed to `report`. */
export function unawaited(given: unknown, report: (error: unknown) => void = () => {}): void {
  if (isThenable(given)) Promise.resolve(given).catch(report);
}
