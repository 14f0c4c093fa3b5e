import { createClient, http } from 'viem';
import { promised } from '../helpers/promised.ts';

/** A node of Ethereum that stops answering when it is told to. */
export interface HangingNode {
  client: { request(call: { method: string }): Promise<unknown> };
  /** From now on nothing is answered; resolves when something is asked. */
  hang(): Promise<void>;
  /** Answers everything, what was asked meanwhile too. */
  goOn(): void;
}

export function hangingNode(url: string): HangingNode {
  const node = createClient({ transport: http(url) });
  let waiting: { asked: () => void; end: Promise<void> } | undefined;
  let goOn = (): void => {};
  return {
    client: {
      async request(call) {
        waiting?.asked();
        await waiting?.end;
        return node.request(call as never);
      },
    },
    hang() {
      const asked = promised<void>();
      const end = promised<void>();
      waiting = { asked: () => asked.resolve(), end: end.promise };
      goOn = () => end.resolve();
      return asked.promise;
    },
    goOn: () => goOn(),
  };
}
