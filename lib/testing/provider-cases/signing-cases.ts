import assert from 'node:assert/strict';
import type { Provider } from '../../providers/kit/provider.ts';
import type { OfficialVector, ProviderCase, ProviderFixtures } from '../provider-fixtures.ts';
import {
  assertRefused,
  inboundOf,
  type ProviderUnderTest,
  placesIn,
  providerWith,
  type SuiteCase,
  withChangedByte,
  withChangedCharacter,
} from './provider-case.ts';
import { nowOf, type SentCallback, sentCallback } from './sending.ts';

/** What a signature proves, and what breaks it. */
export function signingCases(under: ProviderUnderTest): readonly SuiteCase[] {
  const { fixtures } = under;
  const { first, second } = fixtures.keys;
  const now = nowOf(fixtures);
  const provider = (): Provider => providerWith(under, first.key);

  const isSigned = (header: string): boolean => isSignedHeader(fixtures, header);
  const sample = (): ProviderCase => {
    const found = fixtures.cases.find(({ kind }) => kind === 'deposit');
    assert.ok(found, 'The fixtures have no case of kind deposit');
    return found;
  };

  return [
    ...(fixtures.official ?? []).map((vector) => ({
      name: `Published by the provider, it verifies, and nothing that differs by one byte does: ${vector.name}`,
      run: () => officialCase(under, vector),
    })),
    {
      name: 'One changed byte in the body or a signed header does not verify',
      async run() {
        const target = provider();
        const sent = sentCallback(target, sample(), fixtures);
        assert.ok((await target.verify(inboundOf(sent, now))).keyId);
        await assertNothingChanged(fixtures, target, sent, now);
      },
    },
    {
      name: 'One changed character of the secret does not verify',
      async run() {
        const sent = sentCallback(provider(), sample(), fixtures);
        if (first.signing !== undefined) {
          await assertRefused(providerWith(under, second.key), inboundOf(sent, now), 'Another key');
          return;
        }
        for (const index of placesIn(first.key.length)) {
          const changed = withChangedCharacter(first.key, index);
          let other: Provider;
          try {
            other = providerWith(under, changed);
          } catch {
            // No longer a secret of this provider's form: refused earlier still.
            continue;
          }
          await assertRefused(other, inboundOf(sent, now), `Character ${index} of the secret changed`);
        }
      },
    },
    {
      name: 'Without the signature, or without any other signed header, it is refused',
      async run() {
        const target = provider();
        const sent = sentCallback(target, sample(), fixtures);
        for (const name of Object.keys(sent.headers).filter(isSigned)) {
          const { [name]: _, ...headers } = sent.headers;
          await assertRefused(target, inboundOf({ ...sent, headers }, now), `The header ${name} left out`);
        }
        // The body before it was signed, for a signature that stands in it.
        const bare = { ...sent, body: sample().body, url: target.path, headers: {} };
        await assertRefused(target, inboundOf(bare, now), 'Everything left out');
      },
    },
    {
      name: 'During a rotation either secret verifies, and the matching one is reported',
      async run() {
        const both = providerWith(under, first.key, second.key);
        const ids = [];
        for (const key of [first, second]) {
          const sent = sentCallback(both, sample(), fixtures, { key });
          ids.push((await both.verify(inboundOf(sent, now))).keyId);
        }
        assert.equal(new Set(ids).size, 2);
        const old = sentCallback(both, sample(), fixtures, { key: first });
        await assertRefused(providerWith(under, second.key), inboundOf(old, now), 'A secret that was taken away');
      },
    },
    {
      name: 'An empty secret is refused at construction',
      run() {
        for (const secret of ['', ' ']) assert.throws(() => providerWith(under, secret), { code: 'OPTION_INVALID' });
      },
    },
  ];
}

async function assertNothingChanged(
  fixtures: ProviderFixtures,
  target: Provider,
  sent: SentCallback,
  at: number,
): Promise<void> {
  if (fixtures.bodySigned !== false) {
    for (const index of placesIn(sent.body.length)) {
      const changed = { ...sent, body: withChangedByte(sent.body, index) };
      await assertRefused(target, inboundOf(changed, at), `Byte ${index} of the body changed`);
    }
  }
  for (const [name, value] of Object.entries(sent.headers).filter(([name]) => isSignedHeader(fixtures, name))) {
    for (const index of placesIn(value.length)) {
      const headers = { ...sent.headers, [name]: withChangedCharacter(value, index) };
      await assertRefused(target, inboundOf({ ...sent, headers }, at), `Character ${index} of ${name} changed`);
    }
  }
}

function isSignedHeader({ unsignedHeaders }: ProviderFixtures, header: string): boolean {
  return header !== 'content-type' && header !== 'content-encoding' && !unsignedHeaders?.includes(header);
}

async function officialCase(under: ProviderUnderTest, vector: OfficialVector): Promise<void> {
  const target = providerWith(under, vector.key);
  const now = vector.now ?? nowOf(under.fixtures);
  const { method = 'POST', url = target.path, headers, body } = vector;
  const sent = { method, url, headers: { ...headers }, body };
  assert.ok((await target.verify(inboundOf(sent, now))).keyId, 'The published signature does not verify');
  await assertNothingChanged(under.fixtures, target, { ...sent, headers: withoutTransport(headers) }, now);
}

function withoutTransport(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length'));
}
