import type { Need, NeedKind } from '../../operator/need.ts';
import type { Status } from '../../operator/status.ts';
import type { View } from '../view.ts';
import { ago } from './parts.ts';

/** The entries of the navigation that show how many there are. */
export const badgePages = ['deposits', 'deadLetters', 'quarantine'] as const;
export type BadgePage = (typeof badgePages)[number];

/** What a page says of how things stand, as texts and numbers: the page is made of them, and the stream sends them anew. */
export interface StatusTexts {
  badges: Readonly<Record<BadgePage, number>>;
  tiles: readonly Tile[];
  isCalm: boolean;
  title: string;
  /** Under the title, if nothing needs a person. */
  more: string;
  /** `path`: below the inspector. */
  needs: readonly { text: string; path: string; details: string }[];
}

export interface Tile {
  name: string;
  label: string;
  count: number;
  path: string;
  tone: 'confirmed' | 'pending' | 'dead' | 'quarantined';
  more: string;
}

/** Whose entry of the navigation shows how many there are. */
const badges: Readonly<Partial<Record<NeedKind, BadgePage>>> = {
  'dead-letters': 'deadLetters',
  quarantined: 'quarantine',
  unassigned: 'quarantine',
  unread: 'quarantine',
  unverified: 'quarantine',
  held: 'deposits',
  'in-doubt': 'deposits',
  stuck: 'deposits',
};

/** Where on these pages each kind of need is looked after. */
const places: Readonly<Record<NeedKind, string>> = {
  unread: 'quarantine',
  quarantined: 'quarantine',
  unassigned: 'quarantine',
  held: 'deposits?status=pending',
  'in-doubt': 'deposits?status=confirmed',
  'dead-letters': 'dead-letters',
  unheard: 'dead-letters',
  backlog: 'dead-letters',
  stuck: 'deposits?status=pending',
  unverified: 'quarantine',
  silent: 'callbacks',
  refused: 'callbacks?outcome=rejected',
  'unread-blocks': '',
  disk: '',
};

export function badgesOf(needs: readonly Need[]): StatusTexts['badges'] {
  const sum = (page: BadgePage): number =>
    needs.reduce((total, { kind, count }) => total + (badges[kind] === page ? count : 0), 0);
  return { deposits: sum('deposits'), deadLetters: sum('deadLetters'), quarantine: sum('quarantine') };
}

export function statusTexts(view: View, { needs, counts }: Pick<Status, 'needs' | 'counts'>): StatusTexts {
  const texts = view.words.overview;
  const things = needs.reduce((sum, { count }) => sum + count, 0);
  const isCalm = needs.length === 0;
  return {
    badges: badgesOf(needs),
    tiles: tilesOf(view, counts),
    isCalm,
    title: isCalm ? texts.calm : texts.attention(things),
    more: isCalm ? texts.calmMore : '',
    needs: needs.map(({ kind, count, codes = {}, provider }) => ({
      text: view.words.needs[kind](count),
      path: places[kind],
      details: [...(provider === undefined ? [] : [provider]), ...Object.keys(codes)]
        .filter((one) => one !== 'NO_CODE')
        .join(', '),
    })),
  };
}

function tilesOf(view: View, counts: Status['counts']): Tile[] {
  const texts = view.words.overview;
  const { deposits, oldestOwedAt } = counts;
  const oldest = oldestOwedAt === undefined ? '' : texts.oldest(ago(view, oldestOwedAt));
  const tile = (name: Tile['name'] & keyof typeof texts, count: number, path: string, tone: Tile['tone']): Tile => ({
    ...{ name, count, path, tone },
    label: String(texts[name]),
    more: name === 'owed' ? oldest : '',
  });
  return [
    tile('confirmed', deposits.confirmed ?? 0, 'deposits?status=confirmed', 'confirmed'),
    tile('pending', deposits.pending ?? 0, 'deposits?status=pending', 'pending'),
    tile('owed', counts.owed, 'dead-letters', 'pending'),
    tile('dead', counts.dead, 'dead-letters', 'dead'),
    tile('held', deposits.quarantined ?? 0, 'quarantine', 'quarantined'),
    tile('unread', counts.unread, 'quarantine', 'quarantined'),
    tile('kept', counts.unverified, 'quarantine', 'quarantined'),
  ];
}
