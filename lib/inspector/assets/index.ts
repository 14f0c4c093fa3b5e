import { icon } from './icon.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import { styleOfParts } from './style-parts.ts';

/** What pages load, served by the inspector itself. In the package as text, so that a build needs no other files. */
export const assets: ReadonlyMap<string, { type: string; text: string }> = new Map([
  ['style.css', { type: 'text/css; charset=utf-8', text: style + styleOfParts }],
  ['script.js', { type: 'text/javascript; charset=utf-8', text: script }],
  ['icon.svg', { type: 'image/svg+xml', text: icon }],
]);
