import type { Seen } from './exchange.ts';
import type { Target } from './target.ts';

/** `green`: the endpoint held. `red`: it did not. `skipped`: it cannot be judged here; `saw` says why. */
export type Verdict = 'green' | 'red' | 'skipped';

/** What a red probe costs: `high` money or entry, `medium` availability or secrecy, `low` good manners. */
export type Severity = 'high' | 'medium' | 'low';

/** One attack or mistake, tried out against the endpoint. */
export interface Probe<T = Target> {
  /** Stable; the name that the report and `--only` use. */
  id: string;
  group: Group;
  severity: Severity;
  /** What holds when it is green, as a sentence. */
  title: string;
  /** What is done. */
  does: string;
  /**
   * `nothing`: tried even if valid callbacks are refused. `answers` (default): needs an endpoint that takes a good one.
   * `credits`: needs to see what is credited, so `--store` and an account of ours.
   */
  needs?: 'nothing' | 'answers' | 'credits';
  /** A rejection counts as red: the endpoint could not be asked any more. */
  run(target: T): Promise<Finding>;
}

export type Group =
  | 'access'
  | 'baseline'
  | 'signature'
  | 'time'
  | 'replay'
  | 'body'
  | 'http'
  | 'transport'
  | 'false top-up';

export interface Finding {
  verdict: Verdict;
  saw: string;
}

export function green(saw: string): Finding {
  return { verdict: 'green', saw };
}

export function red(saw: string): Finding {
  return { verdict: 'red', saw };
}

export function skipped(reason: string): Finding {
  return { verdict: 'skipped', saw: reason };
}

export function isTaken({ status }: Seen): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Whether the endpoint refused, and could say so. A 503 refuses too: the sender comes again. */
export function isRefused({ status }: Seen): boolean {
  return status !== undefined && ((status >= 400 && status < 500) || status === 503);
}

/** Whether the endpoint made up its mind: any 5xx but a 503 is an accident, and so is silence. */
export function isDecided(seen: Seen): boolean {
  return isTaken(seen) || isRefused(seen);
}
