import type { Answered, Seen } from '../../audit/exchange.ts';
import { describeSeen } from '../../audit/exchange.ts';
import type { Signed, Signer } from '../../audit/signer.ts';
import type { DoctorFinding } from './finding.ts';

/** Sends signed test callbacks through the mounted app: parser order, proxies, clocks. */
export async function examineEndpoint(signer: Signer): Promise<DoctorFinding[]> {
  const sentAt = signer.now();
  const plain = await signer.send(pingOf(signer, (text) => text));
  const findings = [reading(plain)];
  if (plain.status === undefined) return findings;
  findings.push(...clock(plain, sentAt, signer.now()));
  if (plain.status >= 300) return findings;
  // Bytes that no JSON writer makes: whoever writes the body again before the signature is checked refuses them.
  const odd = await signer.send(
    pingOf(signer, (text) => `${text.replaceAll(',', ' , ').replace('test', 't\\u0065st')}\n`),
  );
  findings.push(
    odd.status !== undefined && odd.status < 300
      ? { id: 'exact-bytes', level: 'ok', about: 'endpoint', found: 'signatures are checked over the exact bytes' }
      : {
          id: 'exact-bytes',
          level: 'bad',
          about: 'endpoint',
          found: `${describeSeen(odd)} for a body with odd spaces`,
          fix: 'something rewrites the body before the callbacks see it: mount them before the parsers',
        },
  );
  return findings;
}

function pingOf(signer: Signer, write: (text: string) => string): Signed {
  return signer.sign(write(JSON.stringify({ type: 'test', timestamp: new Date(signer.now()).toISOString() })));
}

const fixes: Readonly<Record<string, string>> = {
  BODY_ALREADY_PARSED:
    'mount the callbacks before express.json(), or give it { verify: keepRawBody }; see docs/recipes/raw-body.md',
  SOURCE_UNKNOWN: 'the request came through a proxy that is not trusted: set trustProxy',
  SOURCE_NOT_ALLOWED: 'this machine is not listed in sources: run the doctor from one that is',
  HTTPS_REQUIRED: 'use the https URL; behind a proxy, have it send X-Forwarded-Proto and set trustProxy',
  SIGNATURE_INVALID: 'the secret differs, or something changes the body in transit',
  SIGNATURE_MISSING: 'a proxy drops the webhook-* headers',
  API_KEY_INVALID: 'pass the API key: --api-key-env',
  KEPT_UNVERIFIED: 'the secret differs, or something changes the body in transit; the callback is kept until reverify',
  TIMESTAMP_TOO_OLD: 'one of the two clocks is wrong',
  TIMESTAMP_TOO_NEW: 'one of the two clocks is wrong',
  UNAVAILABLE: 'the store is down or not ready: see the log of the service',
};

function reading(seen: Seen): DoctorFinding {
  const base = { id: 'signed-probe', about: 'endpoint' };
  if (seen.status === undefined)
    return {
      ...base,
      level: 'bad',
      found: seen.failure,
      fix: 'check that the service is running and the URL is correct',
    };
  if (seen.status < 300)
    return { ...base, level: 'ok', found: `${seen.status}: a signed callback gets through the mounted app` };
  const code = /"code":"([A-Z_]+)"/.exec(seen.text)?.[1] ?? '';
  const fix =
    fixes[code] ??
    (seen.status === 404 ? 'no provider has this path: check the mount point and the provider path' : undefined);
  return { ...base, level: 'bad', found: describeSeen(seen), ...(fix === undefined ? {} : { fix }) };
}

/** The answer's `Date` against our clock. It has whole seconds, and was written somewhere on the way. */
function clock({ headers }: Answered, sentAt: number, receivedAt: number): DoctorFinding[] {
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs))
    return [{ id: 'clock', level: 'note', about: 'endpoint', found: 'its responses have no Date header' }];
  const ahead = theirs - receivedAt;
  const behind = sentAt - (theirs + 1_000);
  const skewMs = Math.max(ahead, behind, 0);
  const direction = ahead > behind ? 'ahead of' : 'behind';
  if (skewMs < 5_000)
    return [{ id: 'clock', level: 'ok', about: 'endpoint', found: 'its clock agrees with the local clock' }];
  const level = skewMs > 60_000 ? 'bad' : 'warn';
  return [
    {
      id: 'clock',
      level,
      about: 'endpoint',
      found: `its clock is ${Math.round(skewMs / 1_000)} s ${direction} this one`,
      fix: 'run NTP on both: valid callbacks are refused when the clocks differ',
    },
  ];
}
