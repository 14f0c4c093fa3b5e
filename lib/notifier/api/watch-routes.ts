import type { Router } from 'express';
import { present } from '../../util/present.ts';
import type { NotifierSettings } from '../options.ts';
import type { Backfill } from '../store/backfills.ts';
import type { WatchChanges } from '../store/watch-list.ts';
import { authorized, type Open } from './access.ts';
import { answering } from './answering.ts';
import { firstBlock } from './backfill-routes.ts';
import {
  invalid,
  optionalText,
  placeText,
  readAccount,
  readExpiry,
  readFields,
  readLimit,
  readNetwork,
  readPlace,
  readText,
} from './inputs.ts';
import { notFound, Problem } from './problem.ts';
import { mostAssets, readAsset, readList } from './url-inputs.ts';

/** Most addresses in one request. */
const mostAddresses = 1_000;

const changeFields = ['label', 'assets', 'expiresAt'];
const watchFields = ['network', 'address', 'addresses', 'memo', 'fromBlock', 'from', ...changeFields];

export function routeWatches(router: Router, settings: NotifierSettings, open: Open): void {
  const networks = settings.networks.map((one) => one.network.id);
  router.post(
    '/v1/watches',
    answering(201, async (req) => {
      const parts = await authorized(req, open, 'watches:write');
      const { watches, keyId } = parts;
      const given = readFields(req.body, watchFields);
      const { address, addresses, memo } = given;
      if ((address === undefined) === (addresses === undefined)) throw invalid('Set either address or addresses');
      if (memo !== undefined && addresses !== undefined) throw invalid('Set memo with address, not with addresses');
      const list = addresses ?? [address];
      if (!Array.isArray(list) || list.length === 0 || list.length > mostAddresses) {
        throw invalid(`addresses must be a list of 1 to ${mostAddresses}`);
      }
      const changes = readChanges(given, settings.now());
      const network = readNetwork(given.network, networks);
      const assets = changes.assets && { assets: changes.assets.map((one) => readAsset(one, [network])) };
      const accounts = list.map((one) => readAccount(network, one, memo));
      if ((await watches.count(keyId)) + accounts.length > settings.maxWatches) {
        throw new Problem(409, 'TOO_MANY_WATCHES', `A key may watch ${settings.maxWatches} addresses`);
      }
      const fromBlock = await firstBlock(parts, keyId, network, given);
      let backfill: Backfill | undefined;
      const added = await watches.add(keyId, network, accounts, { ...changes, ...assets }, async (sql) => {
        if (fromBlock === undefined) return;
        // Blocks on their way were asked for without these accounts.
        const wanted = { keyId, network, fromBlock, reach: parts.reach(network), accounts };
        backfill = await parts.backfills.add(sql, wanted);
      });
      const told = backfill ? { backfill } : {};
      if (address === undefined) return { network, added, watched: accounts.length, ...told };
      return { network, ...accounts[0], ...told };
    }),
  );
  router.get(
    '/v1/watches',
    answering(200, async (req) => {
      const { watches, keyId } = await authorized(req, open, 'watches:read');
      const network = optionalText(req.query.network, 'network', 64);
      const after = readPlace(req.query.after);
      const limit = readLimit(req.query.limit);
      const found = await watches.list(keyId, { limit, ...(network ? { network } : {}), ...(after ? { after } : {}) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { watches: found, ...(last ? { next: placeText(last) } : {}) };
    }),
  );
  router.get(
    '/v1/watches/:network/:address',
    answering(200, async (req) => {
      const { watches, keyId } = await authorized(req, open, 'watches:read');
      const network = readNetwork(req.params.network, networks);
      const account = readAccount(network, req.params.address, req.query.memo);
      const found = await watches.find(keyId, network, account);
      if (!found) throw notFound('watch');
      return found;
    }),
  );
  router.delete(
    '/v1/watches/:network/:address',
    answering(204, async (req) => {
      const { watches, keyId } = await authorized(req, open, 'watches:write');
      const network = readNetwork(req.params.network, networks);
      const account = readAccount(network, req.params.address, req.query.memo);
      if (!(await watches.remove(keyId, network, account))) throw notFound('watch');
      return undefined;
    }),
  );
}

/** What is to be set of a watch, by its form alone. */
function readChanges({ label, assets, expiresAt }: Record<string, unknown>, now: number): WatchChanges {
  const list = assets === null ? null : readList(assets, 'assets', mostAssets, (one) => readText(one, 'assets', 256));
  return present<WatchChanges>({
    label: label === null ? null : optionalText(label, 'label', 200),
    assets: list,
    expiresAt: readExpiry(expiresAt, now),
  });
}
