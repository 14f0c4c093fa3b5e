import { chinese } from '../../inspector/words/chinese.ts';
import type { Need } from '../../operator/need.ts';
import { chineseDetails, chineseNeeds } from './chinese-needs.ts';
import type { Told } from './phrases.ts';

/** What needs attention and the cure, in each language: in Chinese with the sentences of the inspector. */
export function needTold(need: Need): { text: Told; cure: Told } {
  const { kind, count, text, cure } = need;
  return {
    text: { en: text, zh: `${chinese.needs[kind](count)}${chineseDetails(need)}` },
    cure: { en: cure, zh: chineseNeeds[kind](need) },
  };
}
