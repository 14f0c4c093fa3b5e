import { type ConnectionOptions, connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { describeSeen, exchange, type Route } from '../exchange.ts';
import { green, isTaken, type Probe, red, skipped } from '../probe.ts';
import { serverName } from '../raw-exchange.ts';

export const noTls = 'the URL is plain HTTP on loopback, where TLS is not required: audit the public URL too';

/** What of a service can be asked about its TLS. */
export interface Reached {
  route: Route;
  now(): number;
}

/** The way to the endpoint. Tried even if valid callbacks are refused: that may be the reason. */
export const transportProbes: readonly Probe[] = [
  {
    id: 'plain-http',
    group: 'transport',
    severity: 'high',
    title: 'Callbacks over plain HTTP are refused',
    does: 'sends a signed test callback without TLS',
    needs: 'nothing',
    async run(target) {
      const { url } = target.route;
      if (url.protocol === 'http:' && isLoopback(url)) return skipped(noTls);
      const plain = target.plainUrl ?? plainOf(url);
      const seen = await exchange(
        { ...target.route, url: plain, patienceMs: Math.min(target.route.patienceMs, 10_000) },
        target.ping(),
      );
      if (isTaken(seen)) return red(`${describeSeen(seen)} at ${plain.origin}`);
      return green(`${describeSeen(seen)} at ${plain.origin}`);
    },
  },
];

/** Of any service over TLS. */
export const tlsProbes: readonly Probe<Reached>[] = [
  {
    id: 'tls-version',
    group: 'transport',
    severity: 'medium',
    title: 'Only TLS 1.2 and newer are accepted',
    does: 'connects with TLS 1.0, with TLS 1.1, then with the version offered',
    needs: 'nothing',
    async run({ route }) {
      if (route.url.protocol !== 'https:') return skipped(noTls);
      for (const version of ['TLSv1', 'TLSv1.1'] as const) {
        const old = await handshake(route, {
          minVersion: version,
          maxVersion: version as SecureVersion,
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        if (typeof old !== 'string') return red(`${old.getProtocol()} is accepted`);
      }
      const socket = await handshake(route, {});
      return typeof socket === 'string'
        ? red(socket)
        : green(`${socket.getProtocol()}, ${socket.getCipher().standardName}`);
    },
  },
  {
    id: 'certificate',
    group: 'transport',
    severity: 'medium',
    title: 'The certificate is trusted and valid for at least two weeks',
    does: 'reads the certificate',
    needs: 'nothing',
    async run({ route, now }) {
      if (route.url.protocol !== 'https:') return skipped(noTls);
      const socket = await handshake(route, {});
      if (typeof socket === 'string') return red(socket);
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      const day = new Date(until).toISOString();
      if (!socket.authorized) return red(`not trusted: ${String(socket.authorizationError)}`);
      return until - now() < 14 * 86_400_000 ? red(`expires on ${day}`) : green(`valid until ${day}`);
    },
  },
];

/** The connection once hands are shaken, closed again; else why they were not. */
function handshake({ url, ca, patienceMs }: Route, options: ConnectionOptions): Promise<TLSSocket | string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    let socket: TLSSocket;
    try {
      socket = connect({
        host,
        port: Number(url.port || 443),
        ...serverName(host),
        ...(ca === undefined ? {} : { ca }),
        // A fault of the certificate is to be reported, not to end the connection.
        rejectUnauthorized: false,
        ...options,
      });
    } catch (error) {
      resolve(error instanceof Error ? error.message : String(error));
      return;
    }
    socket.setTimeout(Math.min(patienceMs, 10_000), () => {
      socket.destroy();
      resolve('no response to the handshake');
    });
    socket.once('secureConnect', () => {
      resolve(socket);
      socket.end();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

export function plainOf(url: URL): URL {
  if (url.protocol === 'http:') return url;
  const plain = new URL(url);
  plain.protocol = 'http:';
  plain.port = '80';
  return plain;
}
