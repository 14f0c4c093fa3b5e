import { createStatus, type StatusOptions } from '../../operator/status.ts';
import type { Settings } from '../../options.ts';
import type { Store } from '../../stores/store.ts';
import { needTold } from '../words/needs.ts';
import { asIs, phrase } from '../words/phrases.ts';
import type { DoctorFinding } from './finding.ts';

const looked = 200;

/** Whether the store keeps what is acknowledged. The store is ready afterwards, or `bad` is found. */
export async function examineStore(store: Store): Promise<DoctorFinding[]> {
  const about = `store (${store.name})`;
  if (!store.durable) {
    return [
      {
        id: 'durable',
        level: 'bad',
        about,
        found: phrase('keeps nothing across a restart'),
        fix: phrase('use sqliteStore, postgresStore or redisStore to credit money'),
      },
    ];
  }
  try {
    await store.ready();
  } catch (error) {
    return [
      { id: 'durable', level: 'bad', about, found: asIs(error instanceof Error ? error.message : String(error)) },
    ];
  }
  return [{ id: 'durable', level: 'ok', about, found: phrase('keeps what is acknowledged') }];
}

/** What needs a person, as `status` and the inspector say it too. Needs a store that is ready. */
export async function examineNeeds(options: StatusOptions): Promise<DoctorFinding[]> {
  const about = `store (${options.store.name})`;
  const { needs } = await createStatus(options)();
  if (needs.length === 0) return [{ id: 'needs', level: 'ok', about, found: phrase('nothing needs attention') }];
  return needs.map((need) => {
    const { text, cure } = needTold(need);
    return { id: need.kind, level: 'bad', about: need.provider ?? about, found: text, fix: cure };
  });
}

/** What the store says of the providers: who is silent, who never confirms. */
export async function examineTraffic(
  { store, providers, silenceMs }: Settings<unknown>,
  now: number,
): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = [];
  const deposits = await store.deposits({ limit: 1_000 });
  for (const { name } of providers) {
    const recent = await store.callbacks({ provider: name, limit: looked });
    const heard = recent.find(({ outcome }) => outcome !== 'rejected');
    if (heard === undefined)
      findings.push({ id: 'heard', level: 'note', about: name, found: phrase('none of its callbacks are stored') });
    else {
      const quiet = now - heard.receivedAt;
      const level = silenceMs !== undefined && quiet > silenceMs ? 'warn' : 'ok';
      findings.push({
        id: 'heard',
        level,
        about: name,
        found: phrase('last received at {time}', { time: new Date(heard.receivedAt).toISOString() }),
      });
    }
    const its = deposits.filter((one) => one.providers.includes(name));
    if (its.length >= 10 && its.every(({ status }) => status === 'pending')) {
      findings.push({
        id: 'never-confirms',
        level: 'bad',
        about: name,
        found: phrase('none of its last {count} deposits were ever confirmed', { count: its.length }),
        fix: phrase('it may never send confirmations: see its page, and use chains or trustMined'),
      });
    }
  }
  return findings;
}
