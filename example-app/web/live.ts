import type { Request, Response } from 'express';

/** Pages that are open, each fed by server-sent events. */
export interface Live {
  /** Holds the response open; `render` gives what the page is to show now. */
  open(req: Request, res: Response, render: () => Promise<unknown>): void;
  /** Something may have changed. */
  changed(): void;
  close(): void;
}

const gatherMs = 40;

export function createLive(): Live {
  const open = new Map<Response, { render: () => Promise<unknown>; last: string }>();
  let timer: NodeJS.Timeout | undefined;

  const feed = async (): Promise<void> => {
    for (const [res, page] of open) {
      const text = JSON.stringify(await page.render());
      if (text === page.last) continue;
      page.last = text;
      res.write(`data: ${text}\n\n`);
    }
  };
  return {
    open(req, res, render) {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      res.write('retry: 1000\n\n');
      open.set(res, { render, last: '' });
      req.once('close', () => open.delete(res));
      this.changed();
    },
    changed() {
      timer ??= setTimeout(() => {
        timer = undefined;
        feed().catch(console.error);
      }, gatherMs);
    },
    close() {
      clearTimeout(timer);
      for (const res of open.keys()) res.end();
    },
  };
}
