import type { Status } from '../../operator/status.ts';
import type { Page, View } from '../view.ts';
import { callbackPage } from './callback.ts';
import { callbacksPage } from './callbacks.ts';
import { deadLettersPage } from './dead-letters.ts';
import { depositPage } from './deposit.ts';
import { depositsPage } from './deposits.ts';
import { searchPage } from './find.ts';
import { overviewPage } from './overview.ts';
import { quarantinePage } from './quarantine.ts';

/** The page under a path below the mount path, or where else to go; undefined if there is none. */
export async function findPage(
  view: View,
  path: string,
  status: Status,
): Promise<Page | { location: string } | undefined> {
  switch (path) {
    case '/':
      return overviewPage(view, status);
    case '/callbacks':
      return callbacksPage(view);
    case '/deposits':
      return depositsPage(view);
    case '/dead-letters':
      return deadLettersPage(view);
    case '/quarantine':
      return quarantinePage(view);
    case '/find':
      return searchPage(view);
    default: {
      const [, kind, name = ''] = /^\/(callbacks|deposits)\/([^/]+)$/.exec(path) ?? [];
      const id = decoded(name);
      if (kind === undefined || id === undefined) return undefined;
      return kind === 'callbacks' ? callbackPage(view, id) : depositPage(view, id);
    }
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
