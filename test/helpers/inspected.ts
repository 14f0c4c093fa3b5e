import type { TestContext } from 'node:test';
import express, { type Express } from 'express';
import { type Inspector, type InspectorOptions, inspector } from '../../lib/inspector/index.ts';
import { type Receiver, type ReceiverOptions, receiver } from './receiver.ts';
import { type Answered, keepLog, type Sent, send, serve } from './serve.ts';

export interface Inspection extends Receiver {
  port: number;
  page: Inspector;
  log: ReturnType<typeof keepLog>;
  /** A page below the mount path. */
  get(path?: string, headers?: Sent['headers']): Promise<Answered>;
  /** Posts a form of an action as a browser would, with the session and token of a page that it has read. */
  act(action: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answered>;
}

export interface InspectionOptions {
  inspector?: Partial<InspectorOptions>;
  receiver?: ReceiverOptions;
  /** What the app has in front of the inspector. */
  prepare?: (app: Express) => void;
}

/** A receiver, and its inspector at /inspector of an Express 5 app. */
export async function inspected(t: TestContext, options: InspectionOptions = {}): Promise<Inspection> {
  const log = keepLog();
  const received = await receiver(t, { logger: log, ...options.receiver });
  const app = express();
  options.prepare?.(app);
  const page = inspector({
    callbacks: received.callbacks,
    authorize: () => true,
    logger: log,
    now: received.clock.now,
    ...options.inspector,
  });
  app.use('/inspector', page);
  const port = await serve(t, app);
  t.after(page.close);

  const get: Inspection['get'] = (path = '/', headers = {}) =>
    send(port, { method: 'GET', path: `/inspector${path}`, headers });
  let session = { cookie: '', token: '' };
  return {
    ...received,
    port,
    page,
    log,
    get,
    async act(action, fields, headers = {}) {
      session = (await openSession(get)) ?? session;
      return send(port, {
        path: `/inspector/actions/${action}`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: `http://127.0.0.1:${port}`,
          'sec-fetch-site': 'same-origin',
          cookie: session.cookie,
          ...headers,
        },
        body: new URLSearchParams({ token: session.token, reason: 'seen on chain', ...fields }).toString(),
      });
    },
  };
}

/** The cookie and the token that a browser has after it has read a page with a form. */
async function openSession(get: Inspection['get']): Promise<{ cookie: string; token: string } | undefined> {
  const pages = await Promise.all([get('/dead-letters'), get('/quarantine')]);
  for (const page of pages) {
    const [, token] = /name="token" value="([^"]+)"/.exec(page.text) ?? [];
    const [cookie = ''] = page.headers['set-cookie']?.[0]?.split(';') ?? [];
    if (token !== undefined) return { cookie, token };
  }
  return undefined;
}

/** Texts that would be markup, script, a header, another attribute, another direction or nothing at all, if anybody let them. */
export const hostile: readonly string[] = [
  '<script>globalThis.hacked = 1</script>',
  '"><img src=x onerror="globalThis.hacked = 1">',
  "' onmouseover='globalThis.hacked = 1",
  '</title></textarea></style><svg onload=globalThis.hacked=1>',
  'javascript:globalThis.hacked=1',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template engine would run.
  '${globalThis.hacked = 1}{{constructor.constructor("globalThis.hacked=1")()}}',
  '&lt;b&gt;&#60;script&#62;',
  '\u202egnp.exe\u0000\u200b\r\nx-header: 1',
  '../../../etc/passwd?#%00%2e%2e%2f',
];
