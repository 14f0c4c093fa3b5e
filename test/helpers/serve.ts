import { once } from 'node:events';
import {
  type Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
} from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { CallbackRequest, Link } from '../../lib/middleware/request-state.ts';
import type { Logger } from '../../lib/observe/logger.ts';

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  agent?: Agent;
  /** The address to send from; any of 127.0.0.0/8. */
  from?: string;
}

/** What ends what it was given when it is over, as a test does. */
export interface Scope {
  after(end: () => unknown): void;
}

/** Listens on a free port until the scope is over, and gives the port. */
export async function listen(t: Scope, server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}

/** A plain HTTP server until the scope is over. */
export function serve(t: Scope, listener: RequestListener, host?: string): Promise<number> {
  return listen(t, createServer(listener), host);
}

/** Runs links one after the other on plain `node:http`, and answers 200 with what `last` makes of the request. */
export function chain(
  links: readonly Link[],
  last: (req: CallbackRequest) => string = () => 'passed',
): RequestListener {
  return (incoming, res) => {
    const req: CallbackRequest = incoming;
    const run = (at: number): void => {
      const link = links[at];
      if (link !== undefined) link(req, res, () => run(at + 1));
      else res.end(last(req));
    };
    run(0);
  };
}

/** Sends one request over HTTP and reads the whole answer. */
export async function send(port: number, sent: Sent = {}): Promise<Answered> {
  const { method = 'POST', path = '/', headers = {}, body, agent, from } = sent;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { ...length, ...headers },
    ...(agent === undefined ? { agent: false } : { agent }),
    ...(from === undefined ? {} : { localAddress: from }),
  });
  outgoing.end(body);
  const [res] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: res.statusCode ?? 0, headers: res.headers, text: await readAll(res) };
}

export async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The code in a refusal. */
export function codeOf(answered: { text: string }): string {
  return (JSON.parse(answered.text) as { code: string }).code;
}

/** A bare socket to the server: what HTTP clients would not send. */
export interface Line {
  socket: Socket;
  write(text: string | Buffer): void;
  /** Resolves when what came so far matches. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with all that came, when the server has closed. */
  closed(): Promise<string>;
}

export async function openLine(t: TestContext, port: number): Promise<Line> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let came = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    came += text;
  });
  // A reset is one way for the server to close; what counts is what came before it.
  socket.on('error', () => {});
  await once(socket, 'connect');
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    socket,
    write: (text) => void socket.write(text),
    async until(pattern) {
      while (!pattern.test(came)) {
        if (socket.destroyed) throw new Error(`Closed before ${pattern} came: ${came}`);
        await Promise.race([once(socket, 'data'), over]);
      }
      return came;
    },
    async closed() {
      await over;
      return came;
    },
  };
}

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  message: string;
}

/** A logger that keeps its lines. */
export function keepLog(): Logger & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (fields: object, message: string): void =>
      void lines.push({ level, fields: fields as Record<string, unknown>, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
