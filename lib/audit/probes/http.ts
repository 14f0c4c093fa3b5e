import type { IncomingHttpHeaders } from 'node:http';
import { describeSeen, exchange } from '../exchange.ts';
import { type Finding, green, isDecided, isRefused, isTaken, type Probe, red, skipped } from '../probe.ts';
import { rawExchange, statusOf } from '../raw-exchange.ts';
import { newId } from '../signer.ts';
import type { Target } from '../target.ts';
import { withHeaders } from './signature.ts';

/** What the HTTP side gives away, or can be talked into. */
export const httpProbes: readonly Probe[] = [
  {
    id: 'wrong-method',
    group: 'http',
    severity: 'medium',
    title: 'Methods that callbacks do not use are refused',
    does: 'sends each of GET, POST, PUT, PATCH, DELETE and TRACE that callbacks do not use, signed',
    async run(target) {
      const seen: string[] = [];
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'].filter(
        (one) => !target.methods.includes(one),
      )) {
        const one = await target.send(target.ping(), { method });
        if (!isRefused(one) && one.status !== 501) return red(`${method}: ${describeSeen(one)}`);
        seen.push(describeSeen(one));
      }
      return green([...new Set(seen)].join(', '));
    },
  },
  {
    id: 'forged-forwarded-for',
    group: 'http',
    severity: 'high',
    title: 'A sender cannot write its own address into X-Forwarded-For',
    does: 'claims to come from 203.0.113.7, and from loopback',
    async run(target) {
      const from = target.signer.now();
      const id = newId();
      const forged = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https', 'x-real-ip': '203.0.113.7' };
      const seen = await target.send(withHeaders(target.ping({ id }), forged));
      if (!isDecided(seen)) return red(describeSeen(seen));
      if (!isTaken(seen)) return green(`${describeSeen(seen)}: not trusted`);
      const logged = await target.state?.senderOf(id, from);
      if (logged === undefined)
        return skipped(
          `${describeSeen(seen)}: this machine may send; which sender was logged is visible only with --store`,
        );
      return logged === '203.0.113.7'
        ? red('the log names 203.0.113.7 as the sender')
        : green(`the log names ${logged}`);
    },
  },
  {
    id: 'header-injection',
    group: 'http',
    severity: 'medium',
    title: 'Request data does not end up in response headers',
    does: 'puts line breaks and header lines into the URL and the delivery id, and forges the Host',
    async run(target) {
      const line = '%0d%0ax-audit:%20injected';
      const url = new URL(target.route.url);
      url.search = `${url.search === '' ? '?' : `${url.search}&`}next=${line}`;
      const forged = withHeaders(target.ping({ id: `msg_${line}` }), {
        host: 'audit.invalid',
        'x-forwarded-host': 'audit.invalid',
      });
      for (const seen of [await target.send({ ...target.ping(), url }), await target.send(forged)]) {
        if (seen.status === undefined) continue;
        const mark = Object.entries(seen.headers).find(
          ([name, value]) => name === 'x-audit' || /audit\.invalid|injected/.test(String(value)),
        );
        if (mark) return red(`the response has "${mark[0]}: ${String(mark[1])}"`);
      }
      return green('no response header contains any of it');
    },
  },
  {
    id: 'error-leaks',
    group: 'http',
    severity: 'medium',
    title: 'Responses to broken requests leak no paths, stack traces, queries or secrets',
    does: 'breaks the URL, the body, the encoding and the headers, and reads the responses',
    run: findLeaks,
  },
  {
    id: 'security-headers',
    group: 'http',
    severity: 'low',
    title: "Responses carry helmet's headers and do not name their software",
    does: 'reads the response headers of a valid callback',
    async run(target) {
      const seen = await target.send(target.ping());
      if (seen.status === undefined) return red(describeSeen(seen));
      const wrong = headerFaults(seen.headers, target.route.url.protocol === 'https:');
      return wrong.length > 0 ? red(wrong.join(', ')) : green('all present');
    },
  },
  {
    id: 'cross-origin',
    group: 'http',
    severity: 'low',
    title: 'Web pages of other origins cannot call it',
    does: "sends a browser's preflight request from https://audit.invalid",
    async run(target) {
      const origin = { origin: 'https://audit.invalid', 'access-control-request-method': 'POST' };
      const asked = await exchange(target.route, { method: 'OPTIONS', headers: origin });
      const sent = await target.send(withHeaders(target.ping(), { origin: origin.origin }));
      for (const seen of [asked, sent]) {
        const allowed = seen.status === undefined ? undefined : seen.headers['access-control-allow-origin'];
        if (allowed === '*' || allowed === origin.origin) return red(`access-control-allow-origin: ${allowed}`);
      }
      return green('no access-control-allow-origin');
    },
  },
  {
    id: 'smuggling',
    group: 'http',
    severity: 'medium',
    title: 'A request with two lengths is refused',
    does: 'sends both content-length and transfer-encoding, and two content-lengths (RFC 9112, section 6.3)',
    async run(target) {
      const { url } = target.route;
      const head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\n`;
      const both = `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`;
      const two = `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nXX`;
      for (const bytes of [both, two]) {
        const status = statusOf(await rawExchange(target.route, bytes));
        if (status !== undefined && status !== 400 && status !== 501 && status !== 403)
          return red(`${status} instead of 400`);
      }
      return green('400, or disconnected');
    },
  },
];

// A frame of a stack, a file of the service, an error of its store or parser.
const leaks = [
  /\bat (?:async )?[\w.<>[\] ]+ \(.+:\d+:\d+\)/,
  /\bnode_modules\b|\bnode:internal\b/,
  /(?:^|[\s"'(>])\/(?:home|usr|srv|var|opt|app|Users)\/[\w./-]+/,
  /\b(?:SQLITE_[A-Z]+|ECONNREFUSED|ER_[A-Z_]{4,}|syntax error at or near)\b/,
  /\b(?:Syntax|Type|Range|Reference|URI)Error\b/,
];

/** What of a text tells how the service is made, cut; undefined if nothing does. */
export function leakIn(text: string): string | undefined {
  const leak = leaks.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
  return leak?.trim().slice(0, 80);
}

async function findLeaks(target: Target): Promise<Finding> {
  const { url } = target.route;
  const broken = new URL(url);
  broken.pathname = `${url.pathname}/%E0%A4%A`;
  const answers = [
    await exchange({ ...target.route, url: broken }, { method: 'GET' }),
    await target.send(target.signer.sign(Buffer.from('{"type":'))),
    await target.send(withHeaders(target.ping(), { 'webhook-signature': 'v1,!!!' })),
    await target.send(withHeaders(target.ping(), { 'content-encoding': 'nonsense' })),
    await target.send(withHeaders(target.ping(), { 'content-type': 'application/json; charset=nonsense' })),
    await exchange(target.route, { method: 'GET' }),
  ];
  for (const seen of answers) {
    if (seen.status === undefined) continue;
    if (seen.text.includes(target.secret)) return red('a response contains the secret');
    const leak = leakIn(seen.text);
    if (leak !== undefined) return red(`${seen.status} with "${leak}"`);
  }
  return green([...new Set(answers.map(describeSeen))].join(', '));
}

// What `helmet()` sets. Strict-Transport-Security counts over HTTPS only.
const expectedHeaders: readonly (readonly [name: string, value: RegExp])[] = [
  ['content-security-policy', /./],
  ['cross-origin-opener-policy', /^same-origin/],
  ['cross-origin-resource-policy', /^same-(origin|site)$/],
  ['origin-agent-cluster', /^\?1$/],
  ['referrer-policy', /no-referrer|same-origin|strict-origin/],
  ['x-content-type-options', /^nosniff$/],
  ['x-dns-prefetch-control', /^off$/],
  ['x-download-options', /^noopen$/],
  ['x-frame-options', /^(DENY|SAMEORIGIN)$/i],
  ['x-permitted-cross-domain-policies', /^none$/],
  ['x-xss-protection', /^0$/],
];

function headerFaults(headers: IncomingHttpHeaders, secure: boolean): string[] {
  const wanted = secure
    ? [...expectedHeaders, ['strict-transport-security', /max-age=[1-9]/] as const]
    : expectedHeaders;
  const missing = wanted
    .filter(([name, value]) => !value.test(String(headers[name] ?? '')))
    .map(([name]) => (headers[name] === undefined ? `no ${name}` : `${name}: ${String(headers[name])}`));
  const named = headers['x-powered-by'] === undefined ? [] : [`x-powered-by: ${String(headers['x-powered-by'])}`];
  return [...missing, ...named];
}
