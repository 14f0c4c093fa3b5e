import { findNetwork } from '../../networks/registry.ts';
import { symbolOf } from '../../networks/symbols.ts';
import { type Explorer, explorerUrl } from '../explorers.ts';
import type { View } from '../view.ts';
import type { Words } from '../words/english.ts';
import { type KnownCode, placeOfRule } from '../words/known-codes.ts';
import { type Html, html, type Value } from './html.ts';
import type { Movement } from './movements.ts';
import { type Amount, ago, amount, assetName, clock, code, id, isoTime, shorten, whole } from './parts.ts';

/** How long ago, and below it when. */
export function whenCell(view: Pick<View, 'words' | 'now'>, epochMs: number): Html {
  const iso = isoTime(epochMs);
  return html`<span data-field="age">${ago(view, epochMs)}</span><time class="under" data-field="time" datetime="${iso}">${clock(iso)}</time>`;
}

/** A code and what it means, or the reason of a hold in its place. */
export function codeCell(words: Words, text: string | undefined, reason?: string): Html {
  if (text === undefined) return html``;
  const means = reason ?? meaningOf(words, text)?.[0];
  return html` ${code(text)}${means !== undefined && html`<span class="under" data-field="means"><bdi>${means}</bdi></span>`}`;
}

/** What a code means and its cure; undefined for one that is not listed. */
export function meaningOf(words: Words, text: string): readonly [means: string, cure: string] | undefined {
  const known = knownCode(words, text);
  return known && words.codes[known];
}

/** The network's name; its id if it has none. */
export function networkName(network: string | undefined): string | undefined {
  return network === undefined ? undefined : (findNetwork(network)?.name ?? network);
}

/** What a network calls the asset; only if it is none of those that everybody knows, what the provider calls it. */
export function symbolIn({ network, asset, symbol }: Partial<Movement>): string | undefined {
  const known = network === undefined ? undefined : findNetwork(network);
  return (known && asset !== undefined ? symbolOf(known, asset) : undefined) ?? symbol;
}

/** The amount, its asset and the network by name: the link that opens the row. */
export function amountCell(view: View, movement: Movement | undefined, href: string, fallback: string): Html {
  const { words } = view;
  const { network, more = 0 } = movement ?? {};
  const shown = movement?.amount === undefined ? undefined : amount(view, worthOf(movement, movement.amount));
  const kind = movement === undefined ? undefined : symbolOrAsset(movement);
  const under = [networkName(network), more > 0 && words.more(more)].filter(Boolean).join(', ');
  return html`<a class="open" href="${href}">${shown ?? kind ?? html`<code>${shorten(fallback)}</code>`}</a>${under !== '' && html`<span class="under"><bdi>${under}</bdi></span>`}`;
}

/** The amount with what it is called. */
export function worthOf(movement: Movement, units: bigint): Amount {
  const { decimals } = movement;
  const symbol = symbolOrAsset(movement);
  return {
    amount: units,
    ...(decimals === undefined ? {} : { decimals }),
    ...(symbol === undefined ? {} : { symbol }),
  };
}

/** The symbol; of an asset without one, its contract. */
export function symbolOrAsset(movement: Partial<Movement>): string | undefined {
  const { asset } = movement;
  return symbolIn(movement) ?? (asset === undefined ? undefined : shorten(assetName(asset)));
}

/** An address or hash, shortened, and below it what belongs to it. */
export function idCell(text: string | undefined, under?: Value): Html {
  return html`${text !== undefined && text !== '' && id(text)}${under !== undefined && under !== '' && html`<span class="under"><bdi>${under}</bdi></span>`}`;
}

/** The customer, and the memo that tells customers apart. */
export function customerOf({ account, memo }: Partial<Movement>): string | undefined {
  return [account, memo].filter((one) => one !== undefined).join(', ') || undefined;
}

/** What a code means, its cure, and where the documentation has the rule. */
export function ruleOf({ words, docs }: View, text: string | undefined, reason?: string): Html {
  const known = text === undefined ? undefined : knownCode(words, text);
  if (known === undefined) return html``;
  const [means, cure] = words.codes[known];
  const place = placeOfRule(known);
  const link =
    docs === undefined ? html`<code>docs/${place}</code>` : html`<a href="${docs}${place}">docs/${place}</a>`;
  return html`<div class="rule"><p><strong>${means}${words.stop}</strong> ${cure}</p>${reason !== undefined && html`<blockquote><bdi>${reason}</bdi></blockquote>`}<p class="soft">${words.ruleAt} ${link}</p></div>`;
}

function knownCode({ codes }: Words, text: string): KnownCode | undefined {
  return (Object.keys(codes) as KnownCode[]).find((name) => name === text);
}

/** The whole of an address or transaction, with the link to it in its network's explorer. */
export function onChain(
  { explorers, words }: View,
  network: string | undefined,
  kind: keyof Explorer,
  text: string | undefined,
): Html | undefined {
  if (text === undefined || text === '') return undefined;
  const url = network === undefined ? undefined : explorerUrl(explorers, network, kind, text);
  if (url === undefined) return whole(text);
  const { host } = new URL(url);
  return html`${whole(text)} <a class="explorer" href="${url}" target="_blank" rel="noreferrer noopener" aria-label="${words.openIn(host)}">${host}</a>`;
}
