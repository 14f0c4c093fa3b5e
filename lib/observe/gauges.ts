import { Gauge, type Registry } from 'prom-client';

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

/** What gauges are asked of when a registry is read, and where they stand. */
export interface Gauged<T> {
  ask: AskOnce<T>;
  registers: Registry[];
  prefix: string;
}

/** Registers a gauge of what is asked; if there is no answer, it is absent and the rest is not. */
export type AddGauge<T, F = number> = (name: string, help: string, figureOf: (found: T) => F) => void;

export function gaugesOf<T>({ ask, registers, prefix }: Gauged<T>): AddGauge<T> {
  return (name, help, figureOf) =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      registers,
      async collect() {
        const found = await ask();
        if (found === undefined) this.remove();
        else this.set(figureOf(found));
      },
    });
}

/** Gauges with a label for the network; one whose figure is null is absent. */
export function gaugesByNetwork<T, N extends { network: string }>(
  { ask, registers, prefix }: Gauged<T>,
  networksOf: (found: T) => readonly N[],
): AddGauge<N, number | null> {
  return (name, help, figureOf) =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames: ['network'],
      registers,
      async collect() {
        const found = await ask();
        this.reset();
        for (const one of found === undefined ? [] : networksOf(found)) {
          const figure = figureOf(one);
          if (figure !== null) this.set({ network: one.network }, figure);
        }
      },
    });
}
