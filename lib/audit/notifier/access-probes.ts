import { describeSeen, exchange } from '../exchange.ts';
import { green, isTaken, type Probe, red, skipped } from '../probe.ts';
import { isLoopback, noTls, plainOf } from '../probes/transport.ts';
import type { NotifierTarget } from './target.ts';

const reads = ['/v1/networks', '/v1/watches', '/v1/callback-url', '/v1/callbacks', '/v1/backfills'];

/** Who may ask what. */
export const accessProbes: readonly Probe<NotifierTarget>[] = [
  {
    id: 'plain-api',
    group: 'transport',
    severity: 'high',
    title: 'The API is not served over plain HTTP',
    does: 'asks without TLS and without the key',
    needs: 'nothing',
    async run({ route, plainUrl }) {
      const { url } = route;
      if (url.protocol === 'http:' && isLoopback(url)) return skipped(noTls);
      const base = plainUrl ?? plainOf(url);
      const plain = new URL(`${base.pathname.replace(/\/$/, '')}/v1/networks`, base.origin);
      const patienceMs = Math.min(route.patienceMs, 10_000);
      const seen = await exchange({ ...route, url: plain, patienceMs }, { method: 'GET' });
      const served = seen.status === 401 || isTaken(seen);
      const saw = `${describeSeen(seen)} at ${plain.origin}`;
      return served ? red(`${saw}: a customer who errs sends the key in clear`) : green(saw);
    },
  },
  {
    id: 'takes-key',
    group: 'baseline',
    severity: 'high',
    title: 'A valid key is accepted',
    does: 'lists the networks with the key',
    needs: 'nothing',
    async run(target) {
      const seen = await target.ask('GET', '/v1/networks');
      return isTaken(seen) ? green(describeSeen(seen)) : red(describeSeen(seen));
    },
  },
  {
    id: 'key-required',
    group: 'access',
    severity: 'high',
    title: 'Nothing is told or changed without a valid key',
    does: 'asks without a key, with an empty one, with the text of unset variables, and with the key cut and extended',
    async run(target) {
      const { key } = target;
      const wrong = [null, 'undefined', 'null', key.slice(0, -1), `${key}A`, key.toUpperCase(), 'dck_'];
      for (const given of wrong) {
        for (const path of reads) {
          const seen = await target.ask('GET', path, { key: given });
          if (seen.status !== 401) return red(`GET ${path} ${nameOf(given, key)}: ${describeSeen(seen)}`);
        }
        const seen = await target.ask('POST', '/v1/watches', { key: given, body: {} });
        if (seen.status !== 401) return red(`POST /v1/watches ${nameOf(given, key)}: ${describeSeen(seen)}`);
      }
      return green('401 each time');
    },
  },
  {
    id: 'admin-closed',
    group: 'access',
    severity: 'high',
    title: "A customer's key makes, lists and ends no keys",
    does: 'asks for keys with the key, and without one',
    async run(target) {
      for (const key of [target.key, null, '']) {
        const made = await target.ask('POST', '/v1/keys', { key, body: { name: 'audit' } });
        const listed = await target.ask('GET', '/v1/keys', { key });
        const ended = await target.ask('DELETE', '/v1/keys/key_0000000000000000', { key });
        for (const seen of [made, listed, ended]) {
          if (seen.status !== 401 && seen.status !== 403 && seen.status !== 404) return red(describeSeen(seen));
        }
      }
      return green('401, 403 or 404');
    },
  },
  {
    id: 'rate-limit',
    group: 'access',
    severity: 'medium',
    title: 'A key that asks without end is told to wait',
    does: 'asks up to 1200 times, 16 at once, until it is told to',
    async run(target) {
      let sent = 0;
      let limited: string | undefined;
      const work = async (): Promise<void> => {
        while (limited === undefined && sent < 1_200) {
          sent += 1;
          const seen = await target.ask('GET', '/v1/networks');
          if (seen.status === 429) limited = describeSeen(seen);
        }
      };
      await Promise.all(Array.from({ length: 16 }, work));
      return limited === undefined
        ? red(`${sent} answers within the time, and no 429`)
        : green(`${limited} after ${sent}`);
    },
  },
];

/** The key itself is in no report. */
function nameOf(given: string | null, key: string): string {
  if (given === null) return 'without a key';
  return key.startsWith(given) || given.toLowerCase().startsWith(key.toLowerCase())
    ? 'with a key that is almost right'
    : `with the key "${given}"`;
}
