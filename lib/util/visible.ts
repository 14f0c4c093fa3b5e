// Control and format characters (those that turn the direction of a line among them), line separators, lone surrogates.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const unseenInLines = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text from outside as it may stand on a terminal, in a log or on a page: characters that cannot be seen, or that move what
 * stands beside them, are written out, as `\u{202e}`.
 */
export function visible(text: string): string {
  return text.replace(unseen, written);
}

/** The same for text of several lines: line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(unseenInLines, written);
}

/** JSON on one line or indented, in which such characters are written out; what is read from it is the same. */
export function visibleJson(json: string): string {
  return json.replace(unseenInLines, (char) =>
    char
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function written(char: string): string {
  return `\\u{${char.codePointAt(0)?.toString(16)}}`;
}
