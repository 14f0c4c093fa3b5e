import type { Provider } from '../../providers/kit/provider.ts';
import { keyLength, wantedKeyBytes } from '../../signatures/key-length.ts';
import type { KeyDescription, KeyRing } from '../../signatures/key-ring.ts';
import { asIs, phrase } from '../words/phrases.ts';
import type { DoctorFinding } from './finding.ts';

const day = 86_400_000;
// NIST SP 800-107: an HMAC key shorter than the strength wanted, 128 bits, weakens it.
const leastBytes = 16;

/** Ages, periods and lengths of a provider's keys; never a key. */
export async function examineKeys(provider: Provider, now: number): Promise<DoctorFinding[]> {
  const rings: [string, KeyRing<unknown>][] = [['secrets', provider.keys]];
  if (provider.apiKeys) rings.push(['apiKeys', provider.apiKeys]);
  const findings: DoctorFinding[] = [];
  for (const [option, ring] of rings) {
    const about = `${provider.name}.${option}`;
    try {
      const active = await ring.active(now);
      for (const { id, value } of active) {
        const bytes = keyLength(value);
        if (bytes === undefined || bytes >= wantedKeyBytes) continue;
        const level = bytes < leastBytes ? 'bad' : 'warn';
        findings.push({
          id: 'key-length',
          level,
          about,
          found: phrase('the key {id} has {bytes} bytes', { id, bytes }),
          fix: phrase('generate one of 32 bytes: deposit-callback keygen'),
        });
      }
      findings.push(...periods(ring.describe(), about, now));
    } catch (error) {
      const found = asIs(error instanceof Error ? error.message : String(error));
      findings.push({
        id: 'key-missing',
        level: 'bad',
        about,
        found,
        fix: phrase('every callback gets a 503 until a key is active'),
      });
    }
  }
  return findings.some(({ level }) => level === 'bad' || level === 'warn')
    ? findings
    : [
        ...findings,
        { id: 'keys', level: 'ok', about: provider.name, found: phrase('the keys are long enough and active') },
      ];
}

function periods(keys: readonly KeyDescription[], about: string, now: number): DoctorFinding[] {
  const findings: DoctorFinding[] = [];
  for (const { id, notBefore, notAfter } of keys) {
    if (notAfter !== undefined && notAfter <= now) {
      findings.push({
        id: 'key-over',
        level: 'note',
        about,
        found: phrase('the key {id} expired at {time}', { id, time: iso(notAfter) }),
        fix: phrase('remove it from the list'),
      });
    }
    if (notBefore !== undefined && notBefore > now) {
      findings.push({
        id: 'key-to-come',
        level: 'note',
        about,
        found: phrase('the key {id} is not active until {time}', { id, time: iso(notBefore) }),
      });
    }
  }
  const inForce = keys.filter((key) => (key.notBefore ?? 0) <= now && now < (key.notAfter ?? Number.POSITIVE_INFINITY));
  const lasting = keys.filter((key) => (key.notAfter ?? Number.POSITIVE_INFINITY) > now + 14 * day);
  const last = Math.max(...inForce.map((key) => key.notAfter ?? 0));
  if (inForce.length > 0 && lasting.length === 0) {
    findings.push({
      id: 'key-ends',
      level: 'warn',
      about,
      found: phrase('the last key expires at {time}, and no other follows', { time: iso(last) }),
      fix: phrase('add the next one before then'),
    });
  }
  if (inForce.length > 2) {
    findings.push({
      id: 'key-many',
      level: 'note',
      about,
      found: phrase('{count} keys are active at once', { count: inForce.length }),
      fix: phrase('after a rotation, remove the old ones'),
    });
  }
  return findings;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
