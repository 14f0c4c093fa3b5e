import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { Route } from './exchange.ts';

/** Writes bytes that no HTTP client would, and gives what comes back until the connection ends or patience does. */
export function rawExchange({ url, ca, patienceMs }: Route, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket: Socket =
      url.protocol === 'https:'
        ? connectSecure({ host, port, ...serverName(host), ...(ca === undefined ? {} : { ca }) })
        : connectPlain({ host, port });
    let came = '';
    const finish = (): void => {
      socket.destroy();
      resolve(came);
    };
    socket.setEncoding('latin1').setTimeout(patienceMs, finish);
    socket.on('data', (text: string) => {
      came += text;
      if (came.length > 65_536) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(bytes, 'latin1');
  });
}

/** An address is no server name (RFC 6066). */
export function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

/** Status of the first answer in what came; undefined where none did. */
export function statusOf(came: string): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(came)?.[1];
  return status === undefined ? undefined : Number(status);
}
