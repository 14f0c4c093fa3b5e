import type { CallbackRequest } from './request-state.ts';

/** Function names of the parsers that Express apps use, and how an operator knows them. */
const parsers: Readonly<Record<string, string>> = {
  jsonParser: 'express.json()',
  urlencodedParser: 'express.urlencoded()',
  textParser: 'express.text()',
  rawParser: 'express.raw()',
  bodyParser: 'bodyParser()',
  multerMiddleware: 'multer',
  fileUpload: 'express-fileupload',
};

interface Layer {
  name?: unknown;
  handle?: { name?: unknown; stack?: unknown };
}

interface App {
  router?: unknown;
  _router?: unknown;
  parent?: unknown;
}

/** Names the middleware that most likely read the body: found in the app's routers, or recognized by what it left. */
export function findParser(req: CallbackRequest): string {
  const names = parserNames(req.app);
  const type = req.headers['content-type'] ?? '';
  const likely = names.find((name) => type.includes(name.replace('Parser', ''))) ?? names[0];
  if (likely !== undefined) return `${likely} (${parsers[likely]})`;
  const left =
    req.body === undefined ? 'nothing' : Array.isArray(req.body) ? 'an array' : `a value of type ${typeof req.body}`;
  return `Some middleware (it left ${left} in req.body)`;
}

function parserNames(start: unknown): string[] {
  const names: string[] = [];
  let app = start as App | undefined;
  for (let depth = 0; app !== undefined && app !== null && depth < 8; depth += 1) {
    collect(routerOf(app), names, 0);
    app = app.parent as App | undefined;
  }
  return names;
}

/** Express 5 has `router`; on Express 4 that name is a getter that throws. */
function routerOf(app: App): unknown {
  return app._router ?? app.router;
}

function collect(router: unknown, names: string[], depth: number): void {
  const stack = (router as { stack?: unknown } | undefined)?.stack;
  if (!Array.isArray(stack) || depth > 4) return;
  for (const layer of stack as Layer[]) {
    const name = layer.handle?.name ?? layer.name;
    if (typeof name === 'string' && Object.hasOwn(parsers, name)) names.push(name);
    collect(layer.handle, names, depth + 1);
  }
}
