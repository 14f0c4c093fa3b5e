import type { Router } from 'express';
import { blockAtTime } from '../../chains/kit/block-at-time.ts';
import { isDepositCallbackError } from '../../errors.ts';
import type { NetworkSettings } from '../network-options.ts';
import type { NotifierSettings } from '../options.ts';
import { mostBackfills } from '../store/backfills.ts';
import { authorized, type Open, type RouterParts } from './access.ts';
import { answering } from './answering.ts';
import { invalid, optionalText, readFields, readFrom, readLimit, readNetwork, readText } from './inputs.ts';
import { notFound, Problem } from './problem.ts';

export function routeBackfills(router: Router, settings: NotifierSettings, open: Open): void {
  router.post(
    '/v1/backfills',
    answering(201, async (req) => {
      const parts = await authorized(req, open, 'watches:write');
      const { network: given, ...rest } = readFields(req.body, ['network', 'fromBlock', 'from']);
      const network = readNetwork(
        given,
        settings.networks.map((one) => one.network.id),
      );
      const fromBlock = await firstBlock(parts, parts.keyId, network, rest);
      if (fromBlock === undefined) throw invalid('Set fromBlock or from');
      const { backfills, keyId } = parts;
      const wanted = { keyId, network, fromBlock, reach: parts.reach(network), accounts: undefined };
      const added = await parts.database.write((sql) => backfills.add(sql, wanted));
      if (added) return added;
      throw refusedFrom(`Blocks from ${fromBlock} on are still to be read, and nothing in them will be missed`);
    }),
  );
  router.get(
    '/v1/backfills',
    answering(200, async (req) => {
      const { backfills, keyId } = await authorized(req, open, 'watches:read');
      const before = optionalText(req.query.before, 'before');
      const limit = readLimit(req.query.limit);
      const found = await backfills.list(keyId, { limit, ...(before ? { before } : {}) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { backfills: found, ...(last ? { next: last.id } : {}) };
    }),
  );
  router.delete(
    '/v1/backfills/:id',
    answering(204, async (req) => {
      const { backfills, keyId } = await authorized(req, open, 'watches:write');
      if (!(await backfills.remove(keyId, readText(req.params.id, 'id', 64)))) throw notFound('backfill');
      return undefined;
    }),
  );
}

/** The block from which on a key wants to be told; undefined if the request names neither a block nor a time. */
export async function firstBlock(
  { settings, backfills }: RouterParts,
  keyId: string,
  network: string,
  given: { fromBlock?: unknown; from?: unknown },
): Promise<bigint | undefined> {
  const from = readFrom(given);
  const one = settings.networks.find((each) => each.network.id === network);
  if (from === undefined || !one) return undefined;
  if ((await backfills.countOpen(keyId)) >= mostBackfills) {
    throw new Problem(409, 'TOO_MANY_BACKFILLS', `A key may have ${mostBackfills} backfills that are not done`);
  }
  const block = 'block' in from ? from.block : await blockAt(one, from.time);
  const oldest = (await one.chain.reader.head()).number - BigInt(one.backfillBlocks);
  if (block >= oldest) return block;
  throw refusedFrom(`Deposits can be told from block ${oldest} on, not from ${block}`);
}

async function blockAt({ chain }: NetworkSettings, time: number): Promise<bigint> {
  try {
    return await blockAtTime(chain.reader, time);
  } catch (error) {
    const isRefused = isDepositCallbackError(error) && /^(OPTION_INVALID|BLOCK_UNAVAILABLE)$/.test(error.code);
    throw isRefused ? refusedFrom(`from: ${error.message}`) : error;
  }
}

function refusedFrom(detail: string): Problem {
  return new Problem(422, 'FROM_REFUSED', detail);
}
