import type { FuzzTarget } from '../target.ts';
import { addresses } from './addresses.ts';
import { amounts, times } from './amounts.ts';
import { advances, folds } from './fold.ts';
import { forms, losslessJson } from './json.ts';
import { rawBodies } from './raw-bodies.ts';
import { readerOf } from './readers.ts';
import { rowsOf } from './rows.ts';
import { openSenders } from './senders.ts';
import { encodings, jwsTokens, standardWebhooks } from './signatures.ts';
import { csv, page, terminal } from './sinks.ts';
import { sources } from './sources.ts';
import { verifierOf } from './verifiers.ts';

/** Every target, in alphabetical order. */
export async function openTargets(): Promise<readonly FuzzTarget[]> {
  const senders = await openSenders();
  return [
    losslessJson,
    forms,
    amounts,
    times,
    encodings,
    standardWebhooks,
    jwsTokens,
    sources,
    rawBodies,
    folds,
    advances,
    page,
    csv,
    terminal,
    ...addresses,
    ...senders.map(readerOf),
    ...senders.flatMap(rowsOf),
    ...senders.map(verifierOf),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
