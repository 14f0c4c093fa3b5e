import { LRUCache } from 'lru-cache';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';
import type { Address } from '../util/address.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { type CompiledSources, compileSources } from './address-rules.ts';
import { createAlarmClock } from './alarm-clock.ts';
import {
  appTrust,
  compileTrust,
  findSender,
  isLocal,
  isLoopback,
  type Sender,
  type Trust,
  type TrustProxy,
  trustsEverybody,
} from './forwarded.ts';
import { type CallbackRequest, type Link, placed, stateOf } from './request-state.ts';
import { createDomainCheck, type Resolver } from './resolve-domain.ts';
import { refuse } from './respond.ts';

/** Options of `sourceFilter`. */
export interface SourceFilterOptions {
  /**
   * Allowed senders: IP addresses, CIDR ranges, domains (by forward-confirmed reverse DNS or by resolved address),
   * `'published'`. Empty or absent allows everybody. With `all`, each of the lists must allow.
   */
  allow?: readonly string[] | { readonly all: readonly (readonly string[])[] } | undefined;
  /** Default true: plain HTTP is refused, except from loopback without a forwarding header. */
  requireHttps?: boolean | undefined;
  /** Default: the app's `trust proxy`, if the request comes through Express; else none. */
  trustProxy?: TrustProxy | undefined;
  /** Default: DNS. */
  resolver?: Resolver | undefined;
  /** The addresses that `'published'` stands for. */
  published?: readonly string[] | undefined;
  /** For a link that works alone. Default `Date.now` and the console. */
  now?: (() => number) | undefined;
  logger?: Logger | undefined;
}

const believeNobody: Trust = () => false;
const believesEverybody =
  "The app's `trust proxy` trusts every sender, so IP rules would have no effect; set it to the number of proxies or their addresses";
const remembered = 4_096;

const optionNames: OptionNames<SourceFilterOptions> = {
  allow: true,
  requireHttps: true,
  trustProxy: true,
  resolver: true,
  published: true,
  now: true,
  logger: true,
};

/**
 * Creates the link that admits only senders on the allow-list, and only over HTTPS, before a byte of the body is read.
 * Refuses with `HTTPS_REQUIRED` and `SOURCE_NOT_ALLOWED` 403. If the sender cannot be determined (DNS fails, a proxy
 * is not configured), it refuses with `SOURCE_UNKNOWN` 503 and raises an alarm. Synchronous unless a domain must be
 * resolved.
 */
export function sourceFilter(options: SourceFilterOptions = {}): Link {
  checkOptions('sourceFilter', options, optionNames, "{ allow: ['203.0.113.0/24'] }");
  return filterSources(compileLists(options.allow, options.published), options);
}

/** `sourceFilter` over lists that are compiled, by whoever knows the option that holds each. */
export function filterSources(
  allowed: readonly CompiledSources[],
  options: Omit<SourceFilterOptions, 'allow' | 'published'>,
): Link {
  const { requireHttps = true, now = Date.now, logger } = options;
  const lists = allowed.filter((list) => !list.any);
  const hasRules = lists.length > 0;
  const ownTrust = compileTrust(options.trustProxy);
  if (hasRules && ownTrust !== undefined && trustsEverybody(ownTrust)) {
    throw invalidOption(
      'trustProxy',
      'true trusts every sender, so anyone could put an allowed address into X-Forwarded-For; set the number of proxies or their addresses',
    );
  }
  const trustOf = createTrustOf(ownTrust);
  const isAllowed = createAllowed(lists, createDomainCheck({ resolver: options.resolver, now }));
  const alarmDue = createAlarmClock();
  let warned = false;

  return placed('sourceFilter', function sourceFilterLink(req, res, next) {
    const state = stateOf(req, { now, logger });
    const settle = (refusal: DepositCallbackError | undefined): void => {
      if (refusal === undefined) {
        next();
        return;
      }
      const { code, message } = refusal;
      if (code === 'SOURCE_UNKNOWN' && alarmDue(message, state.now())) state.news?.tell('alarm', { code, message });
      refuse(req, res, refusal);
    };

    const { trust, everybody } = trustOf(req);
    const sender = findSender(req, trust);
    if (sender === undefined) {
      settle(new DepositCallbackError('BODY_ABORTED', 'The sender disconnected before its address was checked'));
      return;
    }
    state.remoteAddress = (sender.address ?? sender.peer).text;
    if (!warned && sender.forwarded && !sender.peerTrusted && !sender.unknownProxy && (hasRules || requireHttps)) {
      warned = true;
      state.logger.warn(
        { remoteAddress: state.remoteAddress },
        'Ignored the forwarding headers of a sender that is not a trusted proxy; if it is one, add it to trustProxy (logged once)',
      );
    }
    const refusal = judge(sender, everybody);
    if (refusal instanceof Promise) void refusal.then(settle);
    else settle(refusal);
  });

  function judge(
    sender: Sender,
    everybody: boolean,
  ): DepositCallbackError | undefined | Promise<DepositCallbackError | undefined> {
    const trouble = everybody && hasRules ? believesEverybody : proxyTrouble(sender, { hasRules, requireHttps });
    if (trouble !== undefined) return new DepositCallbackError('SOURCE_UNKNOWN', trouble);
    const address = sender.address ?? sender.peer;
    if (requireHttps && !isHttps(sender)) {
      return new DepositCallbackError('HTTPS_REQUIRED', `${address.text} sent a callback over plain HTTP`);
    }
    const allowed = isAllowed(address);
    if (typeof allowed === 'boolean') return allowed ? undefined : notAllowed(address);
    return allowed.then(
      (yes) => (yes ? undefined : notAllowed(address)),
      (cause: unknown) => {
        const text = 'The DNS lookup failed, so domains on the allow-list cannot be checked';
        return new DepositCallbackError('SOURCE_UNKNOWN', text, { cause });
      },
    );
  }
}

function notAllowed(address: Address): DepositCallbackError {
  const hint = isLocal(address) ? '; if that is a proxy, have it send X-Forwarded-For and add it to trustProxy' : '';
  return new DepositCallbackError('SOURCE_NOT_ALLOWED', `${address.text} is not on the allow-list${hint}`);
}

function compileLists(
  allow: SourceFilterOptions['allow'],
  published: readonly string[] | undefined,
): CompiledSources[] {
  const all = allow === undefined ? [] : typeof allow === 'object' && 'all' in allow ? allow.all : [allow];
  return all.map((rules) => compileSources(rules, published));
}

/** Whose word counts about proxies: the option's, or the app's; a function that trusts everybody is recognized once. */
function createTrustOf(own: Trust | undefined): (req: CallbackRequest) => { trust: Trust; everybody: boolean } {
  const known = new WeakMap<Trust, { trust: Trust; everybody: boolean }>();
  return (req) => {
    const trust = own ?? appTrust(req) ?? believeNobody;
    let judged = known.get(trust);
    if (judged === undefined) {
      judged = { trust, everybody: trustsEverybody(trust) };
      known.set(trust, judged);
    }
    return judged;
  };
}

/** The fault of the proxies, if rules depend on them. */
function proxyTrouble(sender: Sender, needs: { hasRules: boolean; requireHttps: boolean }): string | undefined {
  const needsHttps = needs.requireHttps && !sender.encrypted;
  if (sender.unknownProxy && (needs.hasRules || (needsHttps && !sender.peerTrusted))) {
    return `A forwarding header came from ${sender.address?.text}, which is not a trusted proxy: add it to trustProxy, or to the app's \`trust proxy\``;
  }
  if (sender.address === undefined && needs.hasRules) {
    return `The trusted proxy ${sender.peer.text} names a sender in X-Forwarded-For that is not an IP address`;
  }
  if (needsHttps && sender.peerTrusted && sender.protocol === undefined) {
    return `The trusted proxy ${sender.peer.text} does not send X-Forwarded-Proto, so HTTPS cannot be verified; have it send the header`;
  }
  return undefined;
}

function isHttps(sender: Sender): boolean {
  if (sender.protocol !== undefined) return sender.protocol === 'https';
  return sender.encrypted || (!sender.forwarded && isLoopback(sender.peer));
}

function createAllowed(
  lists: readonly CompiledSources[],
  belongsTo: ReturnType<typeof createDomainCheck>,
): (address: Address) => boolean | Promise<boolean> {
  /** Per address: the lists of domains that are still to be asked; false if a list without domains says no. */
  const byRanges = new LRUCache<string, readonly (readonly string[])[] | false>({ max: remembered });

  const judge = (address: Address): readonly (readonly string[])[] | false => {
    const open = lists.filter((list) => !list.includes(address));
    return open.some((list) => list.domains.length === 0) ? false : open.map((list) => list.domains);
  };

  return (address) => {
    if (lists.length === 0) return true;
    let open = byRanges.get(address.text);
    if (open === undefined) {
      open = judge(address);
      byRanges.set(address.text, open);
    }
    if (open === false) return false;
    if (open.length === 0) return true;
    return Promise.all(open.map((domains) => belongsTo(address, domains))).then((all) => all.every(Boolean));
  };
}
