import { fileURLToPath } from 'node:url';
import express, { type Request, type Response, Router } from 'express';
import { unitsOf } from '../coins.ts';
import { isTrick, play } from '../wallets/tricks.ts';
import { chinese } from './chinese.ts';
import type { Live } from './live.ts';
import { page } from './page.ts';
import { regions } from './regions.ts';
import { assetsFor, type Site, type View } from './view.ts';
import { english, type Language, type Words } from './words.ts';

const languages: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

export interface FrontOptions extends Site {
  live: Live;
  callbackUrl: string;
  /** The callback URL of a provider that may send from elsewhere only. */
  strangerUrl: string;
}

/** The exchange's pages. */
export function front(options: FrontOptions): Router {
  const { live, wallet, told } = options;
  const router = Router();
  router.use('/assets', express.static(fileURLToPath(new URL('assets', import.meta.url)), { index: false }));
  router.use(express.urlencoded({ extended: false, limit: 4_096 }));
  router.use((req, res, next) => {
    // A page of another site must not press buttons here (Fetch Metadata); curl sends no such header.
    const from = req.get('sec-fetch-site') ?? 'none';
    if (req.method === 'POST' && from !== 'same-origin' && from !== 'none') res.sendStatus(403);
    else next();
  });

  router.get('/', async (req, res) => {
    if (keepChoices(req, res)) return;
    res
      .vary('accept-language')
      .type('html')
      .send(await page(viewOf(options, req)));
  });
  router.get('/live', (req, res) => {
    const view = viewOf(options, req);
    live.open(req, res, () => regions(view));
  });
  router.post('/pay', async (req, res) => {
    const view = viewOf(options, req);
    const { amount } = req.body as { amount?: unknown };
    const units = unitsOf(String(amount), view.asset);
    if (units === undefined) {
      res
        .status(422)
        .type('html')
        .send(await page({ ...view, wrongAmount: String(amount) }));
      return;
    }
    await wallet.pay({ to: view.customer, asset: view.asset, units });
    res.redirect(303, placeOf(view));
  });
  router.post('/try', async (req, res) => {
    const { trick } = req.body as { trick?: unknown };
    const taken = await told.lastPaid();
    if (isTrick(trick) && taken !== undefined) await play(trick, taken, { ...options, secret: wallet.secret });
    res.redirect(303, placeOf(viewOf(options, req)));
  });
  return router;
}

/** What the reader asked for, in the address or a form, and else what comes first. */
function viewOf(site: Site, req: Request): View {
  const { accounts, assets } = site.exchange.book;
  const asked = { ...req.query, ...(req.body as object | undefined) } as Record<string, unknown>;
  const customer = accounts.find((one) => one.customer === asked.as) ?? accounts[0];
  if (customer === undefined) throw new Error('The book has no customers');
  const payable = assetsFor(customer, assets);
  const asset = payable.find((one) => one.asset === asked.asset) ?? payable[0];
  if (asset === undefined) throw new Error(`No asset is listed for ${customer.customer}`);
  const language = cookie(req, 'language') ?? (req.acceptsLanguages('en', 'zh') || 'en');
  const theme = cookie(req, 'theme');
  return {
    ...site,
    words: languages[language === 'zh' ? 'zh' : 'en'],
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    customer,
    asset,
  };
}

function placeOf({ customer, asset }: View): string {
  return `/?as=${customer.customer}&asset=${encodeURIComponent(asset.asset)}`;
}

/** A language or a theme in the address is kept in a cookie, and goes out of the address. */
function keepChoices(req: Request, res: Response): boolean {
  const choices = { lang: ['language', /^(en|zh)$/], theme: ['theme', /^(light|dark)$/] } as const;
  const left = new URLSearchParams(req.query as Record<string, string>);
  let isKept = false;
  for (const [name, [key, allowed]] of Object.entries(choices)) {
    const value = req.query[name];
    if (typeof value !== 'string' || !allowed.test(value)) continue;
    res.cookie(key, value, { sameSite: 'lax', httpOnly: true, maxAge: 31_536_000_000 });
    left.delete(name);
    isKept = true;
  }
  if (isKept) res.redirect(303, `/?${left}`);
  return isKept;
}

function cookie({ headers }: Request, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('=', 2));
  return pairs.find(([key]) => key === name)?.[1];
}
