import { describeSeen, exchange, type Seen } from '../exchange.ts';
import { green, isDecided, isTaken, type Probe, red, skipped } from '../probe.ts';
import { leakIn } from '../probes/http.ts';
import { jsonOf, type NotifierTarget } from './target.ts';

const privateUrls = [
  'http://audit.example/callbacks',
  'https://127.0.0.1/callbacks',
  'https://[::1]/callbacks',
  'https://[::ffff:127.0.0.1]/callbacks',
  'https://10.0.0.1/callbacks',
  'https://192.168.0.1/callbacks',
  'https://169.254.169.254/latest/meta-data',
  'https://2130706433/callbacks',
  'ftp://audit.example/callbacks',
  'file:///etc/hostname',
];

/** What its answers say, and what it can be talked into. */
export const answerProbes: readonly Probe<NotifierTarget>[] = [
  {
    id: 'private-url',
    group: 'access',
    severity: 'high',
    title: 'A callback URL inside the network of the notifier is refused',
    does: 'asks for one more callback URL: over plain HTTP, at loopback, at private addresses, and at that of cloud metadata',
    async run(target) {
      for (const url of privateUrls) {
        const seen = await target.ask('POST', '/v1/callback-urls', { body: { url } });
        if (seen.status === 404) return skipped('there is no /v1/callback-urls');
        if (isTaken(seen)) {
          await remove(target, seen);
          return red(`${describeSeen(seen)} for ${url}`);
        }
        if (!isDecided(seen)) return red(`${describeSeen(seen)} for ${url}`);
      }
      return green('each is refused');
    },
  },
  {
    id: 'secrets-hidden',
    group: 'access',
    severity: 'high',
    title: 'No answer repeats a secret or a key that was shown once',
    does: 'reads all that a customer can list',
    async run(target) {
      for (const path of [
        '/v1/networks',
        '/v1/watches',
        '/v1/callback-url',
        '/v1/callback-urls',
        '/v1/callbacks',
        '/v1/backfills',
      ]) {
        const seen = await target.ask('GET', path);
        if (seen.status === undefined) return red(describeSeen(seen));
        if (seen.text.includes(target.key)) return red(`${path} repeats the key`);
        const found = /\b(whsec|whsk|dck)_[\w+/=-]{8,}/.exec(seen.text)?.[1];
        if (found !== undefined) return red(`${path} shows a ${found}_...`);
      }
      return green('none');
    },
  },
  {
    id: 'problem-details',
    group: 'http',
    severity: 'medium',
    title: 'Refusals are problem details with a code, and leak nothing',
    does: 'sends broken JSON, broken URLs, wrong types, quotes, paths and names that nobody has, and reads the answers',
    run: findFaults,
  },
  {
    id: 'large-request',
    group: 'body',
    severity: 'medium',
    title: 'A large request is refused',
    does: 'sends 8 MiB',
    async run(target) {
      const body = Buffer.from(JSON.stringify({ network: 'eip155:1', address: 'a'.repeat(8 * 2 ** 20) }));
      const seen = await target.ask('POST', '/v1/watches', { body });
      if (seen.status === undefined) return green(`${seen.failure} after ${seen.sentBytes} bytes`);
      return seen.status === 413 || seen.status === 400 ? green(describeSeen(seen)) : red(describeSeen(seen));
    },
  },
  {
    id: 'cross-origin-api',
    group: 'http',
    severity: 'low',
    title: 'Web pages of other origins cannot use it',
    does: "sends a browser's preflight request from https://audit.invalid",
    async run({ route }) {
      const headers = { origin: 'https://audit.invalid', 'access-control-request-method': 'POST' };
      const seen = await exchange({ ...route, url: new URL('/v1/watches', route.url) }, { method: 'OPTIONS', headers });
      const allowed = seen.status === undefined ? undefined : seen.headers['access-control-allow-origin'];
      return allowed === undefined
        ? green('no access-control-allow-origin')
        : red(`access-control-allow-origin: ${allowed}`);
    },
  },
];

/** What was made by mistake is taken away again. */
async function remove(target: NotifierTarget, seen: Seen): Promise<void> {
  const made = jsonOf(seen)?.callbackUrl as { id?: unknown } | undefined;
  if (typeof made?.id === 'string') await target.ask('DELETE', `/v1/callback-urls/${made.id}`);
}

async function findFaults(target: NotifierTarget): ReturnType<Probe['run']> {
  const answers: readonly (readonly [what: string, seen: Seen])[] = [
    ['broken JSON', await target.ask('POST', '/v1/watches', { body: Buffer.from('{"network":') })],
    ['a list', await target.ask('POST', '/v1/watches', { body: Buffer.from('[1]') })],
    ['wrong types', await target.ask('POST', '/v1/watches', { body: { network: 1, address: {} } })],
    ['an unknown network', await target.ask('POST', '/v1/watches', { body: { network: 'eip155:0', address: '0x' } })],
    ['a quote', await target.ask('GET', "/v1/callbacks?state='")],
    ['a limit that is no number', await target.ask('GET', '/v1/callbacks?limit=1e9')],
    ['a callback of nobody', await target.ask('POST', '/v1/callbacks/msg_nobody/resend')],
    ['a broken URL', await target.ask('GET', '/v1/watches/%E0%A4%A')],
    ['an unknown path', await target.ask('GET', '/v1/..%2f..%2fetc%2fpasswd')],
  ];
  for (const [what, seen] of answers) {
    if (seen.status === undefined) return red(`${what}: ${describeSeen(seen)}`);
    const leak = leakIn(seen.text);
    if (leak !== undefined) return red(`${what}: ${seen.status} with "${leak}"`);
    if (isTaken(seen)) continue;
    if (!isDecided(seen)) return red(`${what}: ${describeSeen(seen)}`);
    const { code, title } = jsonOf(seen) ?? {};
    const isProblem = /^application\/problem\+json/.test(String(seen.headers['content-type']));
    if (!isProblem || typeof code !== 'string' || typeof title !== 'string')
      return red(`${what}: ${seen.status} without problem details`);
  }
  return green([...new Set(answers.map(([, seen]) => describeSeen(seen)))].join(', '));
}
