import type { JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Vectors of Wycheproof, which look for the mistakes that verifiers have made. The fixture names their source. */
export interface Wycheproof {
  source: string;
  /** By the name of the file there. */
  suites: Readonly<Record<string, readonly VectorGroup[]>>;
  /** Compact tokens, with the key of each group as a JWK. */
  jws: readonly { name: string; key: JsonWebKey; tests: readonly JwsVector[] }[];
}

export interface VectorGroup {
  /** SPKI DER as hex; of a MAC each vector has its own. */
  key?: string;
  /** Length of the tags of a MAC; shorter ones are cut off. */
  tagBits?: number;
  tests: readonly Vector[];
}

/** Bytes as hex. */
export interface Vector extends Verdict {
  key?: string;
  msg: string;
  sig: string;
}

export interface JwsVector extends Verdict {
  jws: string;
}

interface Verdict {
  id: number;
  result: 'valid' | 'invalid' | 'acceptable';
  comment?: string;
  flags?: readonly string[];
}

const file = new URL('../fixtures/suites/wycheproof.json.gz', import.meta.url);

export function readWycheproof(): Wycheproof {
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Wycheproof;
}
