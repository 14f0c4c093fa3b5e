import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { format } from 'node:util';
import { pino } from 'pino';
import { consoleLogger, type Logger } from '../../lib/observe/logger.ts';

test('a pino logger fits as it is', () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logger: Logger = pino({ level: 'debug' }, stream);
  logger.debug({ provider: 'imtoken' }, 'taken');
  logger.info({ provider: 'imtoken' }, 'taken');
  logger.warn({ code: 'UNAVAILABLE' }, 'store away');
  logger.error({ code: 'UNAVAILABLE' }, 'store away');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ level, provider, code, msg }) => ({ level, provider, code, msg })),
    [
      { level: 20, provider: 'imtoken', code: undefined, msg: 'taken' },
      { level: 30, provider: 'imtoken', code: undefined, msg: 'taken' },
      { level: 40, provider: undefined, code: 'UNAVAILABLE', msg: 'store away' },
      { level: 50, provider: undefined, code: 'UNAVAILABLE', msg: 'store away' },
    ],
  );
});

test('the console is given one text: what stands in a message is no format', (t) => {
  const lines: string[] = [];
  for (const method of ['warn', 'error'] as const) {
    // As console itself makes a line of its arguments.
    t.mock.method(console, method, (...given: unknown[]) => lines.push(format(...given)));
    consoleLogger[method]({ code: 'BODY_ENCODING' }, 'The coding is %c%s%d%o%%');
  }
  assert.deepEqual(lines, Array(2).fill("The coding is %c%s%d%o%% { code: 'BODY_ENCODING' }"));
});
