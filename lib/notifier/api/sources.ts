import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { compileRanges, type InRanges } from '../../middleware/address-rules.ts';
import { appTrust, findSender, type Trust, trustsEverybody } from '../../middleware/forwarded.ts';
import type { Logger } from '../../observe/logger.ts';
import { Problem } from './problem.ts';

/** Throws unless a request comes from one of those addresses and ranges. */
export type SourceCheck = (req: Request, allowed: readonly string[]) => void;

const nobody: Trust = () => false;
const remembered = 1_000;

/** Whose word counts about proxies is said by `own`, or by the app's `trust proxy`. */
export function createSourceCheck(own: Trust | undefined, logger: Logger): SourceCheck {
  const compiled = new LRUCache<string, InRanges>({ max: remembered });
  let isSaid = false;

  const unknown = (): Problem => {
    if (!isSaid) {
      isSaid = true;
      logger.error(
        {},
        'Keys with allowedSources cannot be used: set trustProxy to the proxies in front of the notifier, and to no more',
      );
    }
    return new Problem(
      503,
      'SOURCE_UNKNOWN',
      'The address of the request cannot be told; the operator has to set it up',
    );
  };

  return (req, allowed) => {
    const trust = own ?? appTrust(req) ?? nobody;
    if (trustsEverybody(trust)) throw unknown();
    const sender = findSender(req, trust);
    if (sender?.address === undefined || sender.unknownProxy) throw unknown();
    const text = allowed.join();
    let includes = compiled.get(text);
    if (!includes) {
      includes = compileRanges(allowed, 'allowedSources');
      compiled.set(text, includes);
    }
    if (includes(sender.address)) return;
    throw new Problem(403, 'SOURCE_NOT_ALLOWED', `${sender.address.text} is not among the allowedSources of the key`);
  };
}
