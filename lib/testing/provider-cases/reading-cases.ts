import assert from 'node:assert/strict';
import type { CaseKind, ExpectedEvent, ProviderCase, ProviderFixtures } from '../provider-fixtures.ts';
import { inboundOf, type ProviderUnderTest, providerWith, type SuiteCase, withChangedByte } from './provider-case.ts';
import { resolvedReading } from './resolved-reading.ts';
import { nowOf, type ReceiverUnderTest, type SentCallback, sentCallback, startReceiver } from './sending.ts';

const kinds: readonly (CaseKind | 'stale')[] = ['deposit', 'removal', 'ping', 'notice', 'other', 'stale'];

/** What bodies are read as, and what becomes of them in the whole chain. */
export function readingCases(under: ProviderUnderTest): readonly SuiteCase[] {
  return [...exactReadings(under), ...outcomes(under), ...refusals(under)];
}

function exactReadings(under: ProviderUnderTest): readonly SuiteCase[] {
  const { fixtures } = under;
  const now = nowOf(fixtures);
  return [
    {
      name: 'Each kind has a case, or a reason why this provider has none',
      run() {
        for (const kind of kinds.filter((one) => one !== 'stale')) {
          const isThere = fixtures.cases.some((one) => one.kind === kind);
          assert.ok(isThere !== (fixtures.lacks?.[kind] !== undefined), `Kind ${kind}: add a case, or the reason`);
        }
      },
    },
    ...fixtures.cases
      .filter(({ reading }) => reading !== undefined)
      .map((one) => ({
        name: `${one.name} is read exactly`,
        async run() {
          const provider = providerWith(under, fixtures.keys.first.key);
          const inbound = inboundOf(sentBy(under, one), now);
          const verified = await provider.verify(inbound);
          assert.equal(verified.deliveryId, one.deliveryId);
          assert.deepEqual(
            plain(resolvedReading(provider.read(inbound, verified))),
            plain(one.reading && resolvedReading(one.reading)),
          );
        },
      })),
  ];
}

function outcomes(under: ProviderUnderTest): readonly SuiteCase[] {
  const { fixtures } = under;
  return [
    ...fixtures.cases.map((one) => ({
      name: `${one.name}: outcome, events and answer`,
      run: () =>
        withReceiver(under, async (receiver) => {
          for (const before of one.after ?? []) await receiver.send(sentBy(under, caseNamed(fixtures, before)));
          await receiver.events();
          const got = await receiver.send(sentBy(under, one));
          assert.equal(got.outcome?.outcome, one.outcome, `Outcome, with the code ${got.outcome?.code}`);
          assertSameEvents(await receiver.events(), one.events);
          const { status, headers = {}, body = '' } = fixtures.answer;
          assert.equal(got.status, status);
          assert.equal(got.body, one.method === 'HEAD' ? '' : body);
          for (const [name, value] of Object.entries(headers)) assert.equal(got.headers.get(name), value);

          const again = await receiver.send(sentBy(under, one));
          assert.equal(again.status, status, 'Sent again, it is accepted again');
          assertSameEvents(await receiver.events(), []);
        }),
    })),
  ];
}

function refusals(under: ProviderUnderTest): readonly SuiteCase[] {
  const { fixtures } = under;
  const now = nowOf(fixtures);
  return [
    {
      name: 'A time far from now, in either direction, is refused; or the provider signs no time',
      run: () =>
        withReceiver(under, async (receiver) => {
          const one = fixtures.cases.find(({ kind }) => kind === 'deposit');
          assert.ok(one, 'The fixtures have no case of kind deposit');
          for (const away of [-3_600_000, 3_600_000]) {
            const got = await receiver.send(sentBy(under, one, now + away));
            const isRefused = got.status === 401 && /^TIMESTAMP_TOO_/.test(got.outcome?.code ?? '');
            assert.ok(
              isRefused !== (fixtures.lacks?.stale !== undefined),
              `Answered ${got.status} ${got.outcome?.code}`,
            );
          }
        }),
    },
    {
      name: 'A tampered or unsigned callback gets 401 and leads to nothing',
      run: () =>
        withReceiver(under, async (receiver) => {
          const one = fixtures.cases.find(({ kind }) => kind === 'deposit');
          assert.ok(one, 'The fixtures have no case of kind deposit');
          const sent = sentBy(under, one);
          const unsigned = await receiver.send({
            ...sent,
            body: one.body,
            url: sent.url.split('?')[0] ?? '',
            headers: { 'content-type': sent.headers['content-type'] ?? '' },
          });
          assert.ok(unsigned.status === 401 || unsigned.outcome?.code === 'PING', `Answered ${unsigned.status}`);
          if (fixtures.bodySigned !== false) {
            const body = withChangedByte(sent.body, sent.body.length - 1);
            assert.equal((await receiver.send({ ...sent, body })).status, 401);
          }
          assert.deepEqual(await receiver.events(), []);
        }),
    },
  ];
}

async function withReceiver(
  under: ProviderUnderTest,
  run: (receiver: ReceiverUnderTest) => Promise<void>,
): Promise<void> {
  const { fixtures } = under;
  const receiver = await startReceiver(providerWith(under, fixtures.keys.first.key), fixtures);
  try {
    await run(receiver);
  } finally {
    await receiver.close();
  }
}

function sentBy(under: ProviderUnderTest, one: ProviderCase, at: number = nowOf(under.fixtures)): SentCallback {
  const { fixtures } = under;
  return sentCallback(providerWith(under, fixtures.keys.first.key), one, fixtures, { now: at });
}

function caseNamed({ cases }: ProviderFixtures, name: string): ProviderCase {
  const found = cases.find((one) => one.name === name);
  assert.ok(found, `There is no case "${name}"`);
  return found;
}

/** A reading as JSON holds it, amounts as text: what a fixture can say. */
function plain(reading: unknown): unknown {
  return JSON.parse(
    JSON.stringify(reading, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  );
}

function assertSameEvents(got: readonly ExpectedEvent[], wanted: readonly ExpectedEvent[]): void {
  const sorted = (events: readonly ExpectedEvent[]): readonly string[] =>
    events.map((one) => JSON.stringify(one)).sort();
  const shown = got.map((event, index) => {
    const asked = wanted[index] ?? wanted[0];
    // What the fixture does not say is not compared.
    return asked?.transaction === undefined ? without(event, 'transaction') : event;
  });
  assert.deepEqual(sorted(shown), sorted(wanted.map((one) => ordered(one))));
}

function without(event: ExpectedEvent, key: 'transaction'): ExpectedEvent {
  const { [key]: _, ...rest } = event;
  return rest;
}

function ordered({ event, asset, to, amount, memo, transaction }: ExpectedEvent): ExpectedEvent {
  return {
    event,
    asset,
    to,
    amount,
    ...(memo === undefined ? {} : { memo }),
    ...(transaction === undefined ? {} : { transaction }),
  };
}
