import { readIfThere } from '../../scripts/tools.mjs';

/**
 * Whether a file has a test of that name: what a page of docs rests on. The name may be the beginning of it, and in a template
 * also what stands behind or after a value.
 * @param {string} title
 * @param {string} file
 */
export function hasTest(title, file) {
  const source = readIfThere(file) ?? '';
  const quoted = title.replaceAll("'", "\\'");
  if (source.includes(`'${quoted}`) || source.includes(`"${title}`)) return true;
  return [...source.matchAll(/`(?:[^`\\]|\\.)*`/g)].some(([template]) =>
    template
      .slice(1, -1)
      .split(/\$\{[^}]*\}/)
      .some((part) => part.replace(/^:? /, '').startsWith(title)),
  );
}
