import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { equalBytes } from '../signatures/constant-time.ts';
import type { InspectorRequest } from './view.ts';

const sessionCookie = 'deposit-callback-inspector';
const languageCookie = 'deposit-callback-language';
const themeCookie = 'deposit-callback-theme';

/**
 * The token that the forms of this browser carry. The browser keeps a secret in a cookie that no script reads; the
 * token is a hash of it, so any process of the service knows the token, and the token does not reveal the cookie.
 */
export function sessionToken(req: InspectorRequest, res: ServerResponse): string {
  const kept = sessionOf(req);
  if (kept !== undefined) return tokenOf(kept);
  const secret = randomBytes(32).toString('base64url');
  addCookie(req, res, sessionCookie, secret, '; HttpOnly');
  return tokenOf(secret);
}

export function isToken(req: InspectorRequest, given: string): boolean {
  const secret = sessionOf(req);
  return secret !== undefined && equalBytes(Buffer.from(tokenOf(secret)), Buffer.from(given));
}

export function languageOf(req: InspectorRequest): string | undefined {
  return cookie(req, languageCookie);
}

export function keepLanguage(req: InspectorRequest, res: ServerResponse, language: string): void {
  addCookie(req, res, languageCookie, language, '; Max-Age=31536000');
}

export function themeOf(req: InspectorRequest): string | undefined {
  return cookie(req, themeCookie);
}

export function keepTheme(req: InspectorRequest, res: ServerResponse, theme: Theme): void {
  addCookie(req, res, themeCookie, theme, '; Max-Age=31536000');
}

/** What a reader may choose in place of what the system has. */
export type Theme = 'light' | 'dark';

export function isTheme(text: string | undefined): text is Theme {
  return text === 'light' || text === 'dark';
}

function sessionOf(req: InspectorRequest): string | undefined {
  const kept = cookie(req, sessionCookie);
  return kept !== undefined && /^[\w-]{43}$/.test(kept) ? kept : undefined;
}

function tokenOf(secret: string): string {
  return createHash('sha256').update(`deposit-callback inspector form ${secret}`).digest('base64url');
}

function cookie({ headers }: InspectorRequest, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key = '', value = ''] = pair.split('=', 2);
    if (key.trim() === name) return value.trim();
  }
  return undefined;
}

function addCookie(req: InspectorRequest, res: ServerResponse, name: string, value: string, more: string): void {
  const secure = req.secure === true || (req.socket as TLSSocket).encrypted === true ? '; Secure' : '';
  // The mount path is the app's own and is written as it is matched; a cookie's path cannot hold a semicolon.
  const path = (req.baseUrl ?? '').replaceAll(';', '') || '/';
  res.appendHeader('set-cookie', `${name}=${value}; Path=${path}; SameSite=Strict${more}${secure}`);
}
