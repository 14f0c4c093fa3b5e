import { appTrust } from '../middleware/forwarded.ts';
import type { InspectorRequest } from './view.ts';

/**
 * Whether a page of this very origin sent the request. Browsers send `Origin` with every POST, and `Sec-Fetch-Site`
 * wherever the site is reached over TLS or loopback; no page can write either.
 */
export function isSameOrigin(req: InspectorRequest): boolean {
  const { origin, 'sec-fetch-site': site } = req.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return hostsOf(req).some((own) => own.toLowerCase() === host);
}

/** The host that was asked, and the one that a proxy which the app trusts was asked for. */
function hostsOf(req: InspectorRequest): string[] {
  const { host, 'x-forwarded-host': forwarded } = req.headers;
  const hosts = host === undefined ? [] : [withoutDefaultPort(host)];
  const trust = appTrust(req);
  if (typeof forwarded === 'string' && trust?.(req.socket.remoteAddress ?? '', 0)) {
    hosts.push(withoutDefaultPort(forwarded.split(',', 1)[0]?.trim() ?? ''));
  }
  return hosts;
}

// An origin never names the port that its scheme implies; some clients and proxies do in Host.
function withoutDefaultPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '');
}
