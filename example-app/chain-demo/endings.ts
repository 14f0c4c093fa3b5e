import type { Scope } from '../../test/helpers/serve.ts';

/** What has to end when a demo is over, as at the end of a test. */
export interface Endings extends Scope {
  end(): Promise<void>;
}

export function createEndings(): Endings {
  const endings: (() => unknown)[] = [];
  return {
    after(ending) {
      endings.push(ending);
    },
    async end() {
      for (const ending of endings.splice(0).toReversed()) await ending();
    },
  };
}
