import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Registry } from 'prom-client';
import { examineNeeds } from '../../lib/cli/doctor/store.ts';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import { consoleLogger } from '../../lib/observe/logger.ts';
import { metrics } from '../../lib/observe/metrics.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { Provider, Reading } from '../../lib/providers/kit/provider.ts';
import { secret } from './deposits.ts';
import { inspected } from './inspected.ts';
import type { ReceiverOptions } from './receiver.ts';

/** A reading of these transfers. */
export const of = (...transfers: readonly Transfer[]): Reading => ({ kind: 'transfers', transfers, removals: [] });

/** What a person hears of one receiver, by each of the ways in which it can tell. */
export interface Told {
  /** Sends one callback that is read so, by default to the first of two providers (the other is at `/second`), and waits for all that it makes. */
  say(reading: Reading, options?: { path?: string }): Promise<number>;
  /** What the reader makes of every callback from now on, those too that are read again. */
  readAs(reading: Reading): void;
  /** `deposit amount` of each credit that a listener was handed. */
  credits(): string[];
  /** Lines that the default logger has written of a code. */
  logged(code: string): number;
  lines(): readonly string[];
  /** Fails unless status, inspector and doctor all call for a person, because of this code, or none of them does. */
  assertNeeds(code: string | undefined): Promise<void>;
  callbacks: Awaited<ReturnType<typeof inspected>>['callbacks'];
  clock: Awaited<ReturnType<typeof inspected>>['clock'];
}

/** Of the second provider: with a quorum, each has its own. */
const secondSecret = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

/** A receiver with the default logger and the inspector, whose provider reports whatever the test says. */
export async function told(
  t: TestContext,
  options: ReceiverOptions & { traits?: Partial<Provider> } = {},
): Promise<Told> {
  const written: string[] = [];
  for (const level of ['warn', 'error'] as const) {
    t.mock.method(console, level, (line: unknown) => void written.push(String(line)));
  }
  const { traits = {}, ...more } = options;
  let reading: Reading = { kind: 'ping', transfers: [], removals: [] };
  const read = (): Reading => {
    if (reading.notice === 'unreadable') throw new TypeError('the reader does not know this form');
    return reading;
  };
  const provider: Provider = { ...imtoken({ secrets: [secret] }), ...traits, read };
  const second: Provider = { ...imtoken({ secrets: [secondSecret], name: 'second' }), read };
  const { callbacks, clock, events, get, sendBody } = await inspected(t, {
    receiver: { logger: consoleLogger, providers: [provider, second], ...more },
  });
  const registry = new Registry();
  metrics(callbacks, { registry });
  let sent = 0;

  return {
    callbacks,
    clock,
    async say(now, sending = {}) {
      reading = now;
      sent += 1;
      const key = sending.path === '/second' ? { secret: secondSecret } : {};
      return (await sendBody(`{"n":${sent}}`, { ...sending, ...key })).status;
    },
    readAs(now) {
      reading = now;
    },
    credits: () => events.filter((one) => one.startsWith('deposit ')),
    lines: () => written,
    logged: (code) => written.filter((line) => line.includes(code)).length,
    async assertNeeds(code) {
      const { needs } = await callbacks.status();
      const found = await examineNeeds({ store: callbacks.store as never, now: clock.now });
      const page = (await get('/')).text;
      const measured = (await registry.metrics()).match(/^deposit_callback_needs_a_person\{.*$/gm) ?? [];
      if (code === undefined) {
        assert.deepEqual(needs, [], 'status needs nobody');
        assert.deepEqual(
          found.map(({ level }) => level),
          ['ok'],
          'doctor finds nothing',
        );
        assert.match(page, /class="headline is-calm"/, 'the inspector is calm');
        assert.deepEqual(measured, [], 'and so are the metrics');
        return;
      }
      assert.equal(
        needs.reduce((sum, { count }) => sum + count, 0),
        1,
        `status counts it: ${JSON.stringify(needs)}`,
      );
      const [need] = needs;
      const names = [need?.kind.toUpperCase(), ...Object.keys(need?.codes ?? {})];
      assert.ok(names.includes(code), `status names ${code}: ${names}`);
      assert.ok((need?.cure ?? '').length > 0, 'with a cure');
      assert.deepEqual(
        found.map(({ level, found: text }) => [level, text.en]),
        [['bad', need?.text]],
        'doctor finds it',
      );
      assert.match(page, /class="headline is-asking"/, 'the inspector asks for a person');
      assert.deepEqual(measured, [`deposit_callback_needs_a_person{kind="${need?.kind}"} 1`], 'and so do the metrics');
    },
  };
}
