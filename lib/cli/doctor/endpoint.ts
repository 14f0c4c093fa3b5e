import type { Answered, Seen } from '../../audit/exchange.ts';
import { describeSeen } from '../../audit/exchange.ts';
import type { Signed, Signer } from '../../audit/signer.ts';
import { asIs, phrase, type Told } from '../words/phrases.ts';
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
      ? {
          id: 'exact-bytes',
          level: 'ok',
          about: 'endpoint',
          found: phrase('signatures are checked over the exact bytes'),
        }
      : {
          id: 'exact-bytes',
          level: 'bad',
          about: 'endpoint',
          found: phrase('{answer} for a body with odd spaces', { answer: describeSeen(odd) }),
          fix: phrase('something rewrites the body before the callbacks see it: mount them before the parsers'),
        },
  );
  return findings;
}

function pingOf(signer: Signer, write: (text: string) => string): Signed {
  return signer.sign(write(JSON.stringify({ type: 'test', timestamp: new Date(signer.now()).toISOString() })));
}

const fixes: Readonly<Record<string, Told>> = {
  BODY_ALREADY_PARSED: phrase(
    'mount the callbacks before express.json(), or give it { verify: keepRawBody }; see docs/recipes/raw-body.md',
  ),
  SOURCE_UNKNOWN: phrase('the request came through a proxy that is not trusted: set trustProxy'),
  SOURCE_NOT_ALLOWED: phrase('this machine is not listed in sources: run the doctor from one that is'),
  HTTPS_REQUIRED: phrase('use the https URL; behind a proxy, have it send X-Forwarded-Proto and set trustProxy'),
  SIGNATURE_INVALID: phrase('the secret differs, or something changes the body in transit'),
  SIGNATURE_MISSING: phrase('a proxy drops the webhook-* headers'),
  API_KEY_INVALID: phrase('pass the API key: --api-key-env'),
  KEPT_UNVERIFIED: phrase(
    'the secret differs, or something changes the body in transit; the callback is kept until reverify',
  ),
  TIMESTAMP_TOO_OLD: phrase('one of the two clocks is wrong'),
  TIMESTAMP_TOO_NEW: phrase('one of the two clocks is wrong'),
  UNAVAILABLE: phrase('the store is down or not ready: see the log of the service'),
};

function reading(seen: Seen): DoctorFinding {
  const base = { id: 'signed-probe', about: 'endpoint' };
  if (seen.status === undefined)
    return {
      ...base,
      level: 'bad',
      found: asIs(seen.failure),
      fix: phrase('check that the service is running and the URL is correct'),
    };
  if (seen.status < 300)
    return {
      ...base,
      level: 'ok',
      found: phrase('{status}: a signed callback gets through the mounted app', { status: seen.status }),
    };
  const code = /"code":"([A-Z_]+)"/.exec(seen.text)?.[1] ?? '';
  const fix =
    fixes[code] ??
    (seen.status === 404
      ? phrase('no provider has this path: check the mount point and the provider path')
      : undefined);
  return { ...base, level: 'bad', found: asIs(describeSeen(seen)), ...(fix === undefined ? {} : { fix }) };
}

/** The answer's `Date` against our clock. It has whole seconds, and was written somewhere on the way. */
function clock({ headers }: Answered, sentAt: number, receivedAt: number): DoctorFinding[] {
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs))
    return [{ id: 'clock', level: 'note', about: 'endpoint', found: phrase('its responses have no Date header') }];
  const ahead = theirs - receivedAt;
  const behind = sentAt - (theirs + 1_000);
  const skewMs = Math.max(ahead, behind, 0);
  if (skewMs < 5_000)
    return [{ id: 'clock', level: 'ok', about: 'endpoint', found: phrase('its clock agrees with the local clock') }];
  const level = skewMs > 60_000 ? 'bad' : 'warn';
  const seconds = Math.round(skewMs / 1_000);
  return [
    {
      id: 'clock',
      level,
      about: 'endpoint',
      found:
        ahead > behind
          ? phrase('its clock is {seconds} s ahead of this one', { seconds })
          : phrase('its clock is {seconds} s behind this one', { seconds }),
      fix: phrase('run NTP on both: valid callbacks are refused when the clocks differ'),
    },
  ];
}
