/** The text without that character at its end. A pattern such as `/0+$/` takes the square of the time for a long run that stands elsewhere. */
export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
