import { lua, type Name } from './lua.ts';

/** Each is one step of the store: Redis runs it whole. What goes in and comes out stands in `lua/<name>.lua`. */
export type RedisScript = Exclude<Name, 'prelude'>;

/** The whole text of a script. */
export function scriptText(name: RedisScript): string {
  return `${lua.prelude}\n${lua[name]}`;
}

/** Names of all scripts. */
export const scriptNames: readonly RedisScript[] = (Object.keys(lua) as Name[]).filter((name) => name !== 'prelude');
