import type { ServerResponse } from 'node:http';
import { assets } from './assets/index.ts';
import { isTheme, keepLanguage, keepTheme } from './session.ts';
import type { InspectorRequest } from './view.ts';
import { isLanguage } from './words/languages.ts';

export interface Place {
  /** Below the mount path. */
  path: string;
  query: URLSearchParams;
  /** Where the mount path was asked for without the slash that relative links need: where to go. */
  slashless?: string;
}

export function placeOf(req: InspectorRequest): Place {
  const [path = '/', query = ''] = split(req.url ?? '/');
  const [original = '/'] = split(req.originalUrl ?? req.url ?? '/');
  const name = original.slice(original.lastIndexOf('/') + 1);
  const isSlashless = path === '/' && name !== '';
  return {
    path,
    query: new URLSearchParams(query),
    ...(isSlashless ? { slashless: `./${name}/${query === '' ? '' : `?${query}`}` } : {}),
  };
}

function split(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

export function send(req: InspectorRequest, res: ServerResponse, status: number, type: string, text: string): void {
  const bytes = Buffer.from(text);
  res.writeHead(status, { 'content-type': type, 'content-length': bytes.length });
  res.end(req.method === 'HEAD' ? undefined : bytes);
}

export function redirect(res: ServerResponse, status: number, location: string): void {
  res.writeHead(status, { location, 'content-length': 0 });
  res.end();
}

/** Sends an asset, goes to the address with its slash, or keeps a chosen language or theme; false if it is none of these. */
export function answersAnyPage(req: InspectorRequest, res: ServerResponse, { path, query, slashless }: Place): boolean {
  const asset = path.startsWith('/assets/') ? assets.get(path.slice('/assets/'.length)) : undefined;
  const [language, theme] = [query.get('lang') ?? undefined, query.get('theme') ?? undefined];
  if (asset !== undefined) send(req, res, 200, asset.type, asset.text);
  else if (slashless !== undefined) redirect(res, 302, slashless);
  else if (isLanguage(language)) {
    keepLanguage(req, res, language);
    query.delete('lang');
    redirect(res, 303, `?${query}`);
  } else if (isTheme(theme)) {
    keepTheme(req, res, theme);
    query.delete('theme');
    redirect(res, 303, `?${query}`);
  } else return false;
  return true;
}
