import { applyEdits, format } from 'jsonc-parser';
import { type Html, html } from './html.ts';
import type { Words } from './words.ts';

// As much as a person reads and a browser lays out at once; the store keeps all of it.
const shownBytes = 64 * 1_024;
const shownHexBytes = 4 * 1_024;

/** The raw body, exactly; JSON on one line also laid out. Bytes that are no UTF-8 stand as hex. */
export function bodyView(words: Words, body: Buffer): Html {
  if (body.length === 0) return html`<p class="soft">${words.none}</p>`;
  const text = decoded(body.subarray(0, shownBytes));
  if (text === undefined) {
    return html`<p class="soft">${words.callback.bodyHex} ${cut(words, shownHexBytes, body)}</p>
${block(words, hexLines(body.subarray(0, shownHexBytes)))}`;
  }
  const note = cut(words, shownBytes, body);
  const laidOut = layOut(text);
  if (laidOut === undefined || laidOut === text) {
    return html`<p class="soft">${words.callback.bodyExact}. ${note}</p>
${block(words, text)}`;
  }
  return html`<p class="soft">${words.callback.bodyLaidOut}</p>
${block(words, laidOut)}
<details><summary>${words.callback.bodyExact}</summary>
<p class="soft">${note}</p>
${block(words, text)}</details>`;
}

function block({ callback }: Words, text: string): Html {
  return html`<pre class="body" tabindex="0" role="group" aria-label="${callback.body}"><bdi>${text}</bdi></pre>`;
}

function cut({ callback }: Words, shown: number, body: Buffer): string {
  return body.length > shown ? callback.bodyCut(shown, body.length) : '';
}

/** The text of whole UTF-8; a character that the cut has split is left out. */
function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** Only white space is moved, so every digit and every duplicate key stays as it came. */
function layOut(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text) || text.split('\n', 3).length > 2) return undefined;
  return applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' }));
}

function hexLines(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.subarray(at, at + 16);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${letters}`);
  }
  return lines.join('\n');
}
