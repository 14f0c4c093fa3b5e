import assert from 'node:assert/strict';
import type { Transfer } from '../../../lib/deposits/transfer.ts';
import { parseJson } from '../../../lib/json/json.ts';
import { bodiesOf, publishedBytes } from '../../helpers/published.ts';
import { anotherLike, type Plain, rowsAt, withRows } from '../../helpers/spoiled-rows.ts';
import type { FuzzTarget } from '../target.ts';
import { inboundWith, readingOf } from './readers.ts';
import { isJson } from './scan-json.ts';
import type { Sender, Sent } from './senders.ts';

/** Whatever stands in one row of a callback, the rows before and after it are read as if it were not there. */
export function rowsOf(sender: Sender): readonly FuzzTarget[] {
  const { name, sent } = sender;
  const bodies = bodiesOf(name).filter(({ rows, options }) => rows !== undefined && options === undefined);
  return bodies.flatMap((body, index): FuzzTarget[] => {
    const template = sent.find(({ one }) => one.body.equals(publishedBytes(name, body)));
    if (template === undefined || body.rows === undefined) return [];
    return [neighboursOf(sender, template, body.rows, index === 0 ? `rows:${name}` : `rows:${name}-${index + 1}`)];
  });
}

function neighboursOf(sender: Sender, template: Sent, path: string, name: string): FuzzTarget {
  const whole = JSON.parse(template.one.body.toString('utf8')) as Plain;
  const all = rowsAt(whole, path);
  const [before = null] = all;
  const after = anotherLike(before);
  // Written by hand, so that the row stands in it byte for byte, whatever it is.
  const mark = '"a row stands here"';
  const [head = '', tail = ''] = JSON.stringify(withRows(whole, path, [before, 'a row stands here', after])).split(
    mark,
  );
  const withRow = (row: string): readonly string[] => {
    const inbound = inboundWith(sender, template, Buffer.from(`${head}${row}${tail}`));
    return (readingOf(sender.provider, inbound, template)?.transfers ?? []).map((one) => written(one, sender.name));
  };
  const expected = withRow('{}');
  return {
    name,
    shape: 'json',
    seeds: all.slice(0, 20).map((row) => Buffer.from(JSON.stringify(row))),
    run(input) {
      const row = input.toString('utf8');
      // What is no JSON, holds a key twice or is nested too deeply is no row: the whole body waits for an operator.
      if (!isJson(row) || !isTaken(`${head}${row}${tail}`)) return;
      const found = withRow(row);
      const missing = expected.filter((one) => !found.includes(one));
      assert.deepEqual(missing, [], 'a row costs another');
    },
  };
}

function written({ row, evidence, ...transfer }: Transfer, name: string): string {
  // Of a move between two vaults one row says that a vault has paid, and so of the other that it is no deposit.
  const { direction, ...others } = evidence ?? {};
  const told = name === 'fireblocks' ? others : evidence;
  return JSON.stringify({ ...transfer, evidence: told }, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function isTaken(text: string): boolean {
  try {
    parseJson(Buffer.from(text));
    return true;
  } catch {
    return false;
  }
}
