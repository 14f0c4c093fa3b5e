/** One response as it came over the wire. */
export interface Response {
  status: number;
  head: string;
  body: string;
  closes: boolean;
}

/**
 * Reads responses from the bytes of one connection, in order. `methods` says, by index, what was asked: the answer to a
 * HEAD has no body whatever its length says. What is left when the text ends in the middle is not returned.
 */
export function readResponses(text: string, methods: readonly string[]): Response[] {
  const found: Response[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return found;
    const head = text.slice(at, end);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) throw new Error(`No response: ${JSON.stringify(head.slice(0, 200))}`);
    at = end + 4;
    if (status >= 100 && status < 200) continue;
    const bodiless = methods[found.length] === 'HEAD' || status === 204 || status === 304;
    const ends = bodiless ? at : endOfBody(text, at, head);
    if (ends === undefined || ends > text.length) return found;
    found.push({ status, head, body: text.slice(at, ends), closes: /\r\nconnection: close/i.test(head) });
    at = ends;
  }
}

/** Where the body that begins at `at` ends; undefined while it is not there whole. */
function endOfBody(text: string, at: number, head: string): number | undefined {
  if (!/\r\ntransfer-encoding: chunked/i.test(head))
    return at + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  for (let start = at; ; ) {
    const line = text.indexOf('\r\n', start);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(start, line), 16);
    start = line + 2 + size + 2;
    if (size === 0) return start;
    if (start > text.length) return undefined;
  }
}
