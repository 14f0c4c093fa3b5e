import type { Words } from '../words/english.ts';
import { type Html, html } from './html.ts';
import { layOut } from './lay-out.ts';

// As much as a person reads and a browser lays out at once; the store keeps all of it.
const shownBytes = 64 * 1_024;
const shownHexBytes = 4 * 1_024;
/** As deep as callbacks are read. */
const bounds = { depth: 64, length: 4 * shownBytes };

/**
 * The raw body, exactly; JSON on one line also laid out, unless it is nested too deeply or would become too long. Bytes
 * that are not UTF-8 are shown as hex. `most`: bytes that are shown, for pages with many bodies.
 */
export function bodyView(words: Words, body: Buffer, most: number = shownBytes): Html {
  if (body.length === 0) return html`<p class="soft">${words.none}</p>`;
  const text = decoded(body.subarray(0, most));
  if (text === undefined) {
    const shown = Math.min(most, shownHexBytes);
    return html`<p class="soft">${words.callback.bodyHex} ${cut(words, shown, body)}</p>
${block(words, hexLines(body.subarray(0, shown)))}`;
  }
  const note = cut(words, most, body);
  const layout = isOnOneLine(text) ? layOut(text, bounds) : undefined;
  if (layout === undefined || 'refused' in layout || layout.text === text) {
    const refused = layout !== undefined && 'refused' in layout && words.callback.bodyNotLaidOut[layout.refused];
    return html`<p class="soft">${words.callback.bodyExact}. ${refused} ${note}</p>
${block(words, text)}`;
  }
  return html`<p class="soft">${words.callback.bodyLaidOut}</p>
${block(words, layout.text)}
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

function isOnOneLine(text: string): boolean {
  return /^\s*[[{]/.test(text) && text.split('\n', 3).length <= 2;
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
