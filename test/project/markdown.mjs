import { readIfThere } from '../../scripts/tools.mjs';

/** A heading of a page, as GitHub and the site make its anchor. @typedef {{ level: number, text: string, anchor: string }} Heading */

/** The text without its blocks of code. @param {string} text */
export const proseOf = (text) => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');

/** @param {string} text @returns {readonly Heading[]} */
export function headingsOf(text) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return [...proseOf(text).matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', heading = '']) => {
    const anchor = anchorOf(heading);
    const repeated = seen.get(anchor) ?? 0;
    seen.set(anchor, repeated + 1);
    return { level: marks.length, text: heading, anchor: repeated === 0 ? anchor : `${anchor}-${repeated}` };
  });
}

/** @param {string} heading */
export function anchorOf(heading) {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** @type {Map<string, ReadonlySet<string>>} */
const sections = new Map();

/** What a link to a section of a page may name: headings, and ids of its own. @param {string} path */
export function sectionsOf(path) {
  const known = sections.get(path);
  if (known !== undefined) return known;
  const text = readIfThere(path) ?? '';
  const found = new Set([
    ...headingsOf(text).map(({ anchor }) => anchor),
    ...[...text.matchAll(/<a id="([\w-]+)"><\/a>/g)].map((match) => String(match[1])),
  ]);
  sections.set(path, found);
  return found;
}
