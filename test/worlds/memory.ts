import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import type { StoredStatement } from '../../lib/deposits/statement.ts';
import { keyOf } from './chain.ts';
import type { Witness, World } from './world.ts';

/** Everything that was ever said, whatever a store has forgotten. */
export interface Memory {
  hear(statements: readonly StoredStatement[], rules: FoldRules): void;
  /** Keys of those who say that it is in the chain, as deep as is asked, and have not taken that back since. */
  votesFor(rules: FoldRules): ReadonlySet<string>;
  /** A check stands: nobody who said so has shown since what it lacked. */
  standingCheck(key: string): boolean;
  /** Keys of those who ever took anything back: removed, failed, told another block, or corrected themselves. */
  votesAgainst(): ReadonlySet<string>;
  /** So many keys say last that it was removed, and nobody else says last that it is there, nor did a quorum make it final. */
  removedByVotes(rules: FoldRules, votes: number): boolean;
  /** Copies by amount that one honest provider has told in one event, in the block that stays, and never took back. */
  surelyTold(rules: FoldRules): ReadonlyMap<string, number>;
}

interface Heard {
  statement: StoredStatement;
  witness: Witness;
  /** It sufficed by itself under the configuration in which it came. */
  sufficed: boolean;
}

export function createMemory(world: World): Memory {
  const heard: Heard[] = [];
  const known = new Set<string>();
  const witnessOf = new Map(world.witnesses.map((one) => [one.name, one]));

  const ofKey = (key: string): Heard[] => heard.filter((one) => one.witness.key === key);
  const keys = (): Set<string> => new Set(heard.map((one) => one.witness.key));

  const isTakenBack = ({ statement }: Heard, own: readonly Heard[]): boolean =>
    own.some(({ statement: other }) => {
      if (other.provider !== statement.provider) return false;
      if (other.kind !== 'removed' && other.kind !== 'failed') return false;
      // A failure in a block says nothing of a statement without one, unless it came later.
      if (other.kind === 'failed' && other.blockHash !== undefined && statement.blockHash === undefined) {
        return isNewer(other, statement);
      }
      if (
        other.blockHash !== undefined &&
        statement.blockHash !== undefined &&
        other.blockHash !== statement.blockHash
      ) {
        return false;
      }
      return !isNewer(statement, other);
    });

  return {
    hear(statements, rules) {
      for (const statement of statements) {
        const witness = witnessOf.get(statement.provider);
        if (!witness || known.has(statement.id)) continue;
        known.add(statement.id);
        heard.push({ statement, witness, sufficed: suffices(statement, rules) });
      }
    },
    votesFor(rules) {
      const votes = new Set<string>();
      for (const key of keys()) {
        const own = ofKey(key);
        const isFor = (one: Heard): boolean =>
          isInChain(one.statement) && (one.sufficed || suffices(one.statement, rules)) && !isTakenBack(one, own);
        if (own.some(isFor)) votes.add(key);
      }
      return votes;
    },
    standingCheck(key) {
      const inChain = heard.filter(({ statement }) => isInChain(statement) && keyOf(statement) === key);
      return inChain.some(({ statement, witness }) => {
        const isCleared = inChain.some(
          (other) =>
            other.witness === witness && other.statement.shows !== undefined && isNewer(other.statement, statement),
        );
        return statement.check !== undefined && !isCleared;
      });
    },
    votesAgainst() {
      const votes = new Set<string>();
      for (const key of keys()) {
        const own = ofKey(key);
        const inChain = own.filter(({ statement }) => isInChain(statement));
        const hashes = new Set(inChain.flatMap(({ statement }) => statement.blockHash ?? '-'));
        const amounts = new Set(inChain.map(({ statement }) => keyOf(statement)));
        const takes = own.some(({ statement: { kind } }) => kind === 'removed' || kind === 'failed');
        if (takes || hashes.size > 1 || amounts.size > 1) votes.add(key);
      }
      return votes;
    },
    removedByVotes(rules, votes) {
      const removing = new Set<string>();
      const finalising = new Set<string>();
      for (const { witness, statement } of heard) {
        if (isInChain(statement) && (statement.confirmations ?? 0) >= rules.reorgDepth) finalising.add(witness.key);
      }
      if (finalising.size >= Math.min(votes, rules.quorum)) return false;
      const hashes = new Set(heard.flatMap(({ statement }) => (isInChain(statement) ? [statement.blockHash] : [])));
      const [hash, ...others] = hashes;
      // Judged where everybody speaks of one block, by name and with times.
      if (hash === undefined || others.length > 0 || heard.some(({ statement }) => statement.at === undefined))
        return false;
      for (const key of keys()) {
        const own = ofKey(key).filter(({ statement }) => statement.blockHash === hash && statement.kind !== 'seen');
        if (own.length === 0) continue;
        const last = Math.max(...own.map(({ statement }) => statement.at ?? 0));
        const lastWords = own.filter(({ statement }) => statement.at === last);
        if (lastWords.every(({ statement }) => statement.kind === 'removed')) removing.add(key);
      }
      const hasBare = heard.some(({ statement }) => statement.kind !== 'seen' && statement.blockHash === undefined);
      return !hasBare && removing.size >= votes;
    },
    surelyTold(rules) {
      const most = new Map<string, number>();
      const { stays } = world;
      if (!stays || world.isMisread) return most;
      for (const { key, isHostile, reportsMemos } of world.witnesses) {
        if (isHostile || (rules.networkHasMemos && !reportsMemos)) continue;
        const byEvent = new Map<string, Map<string, number>>();
        for (const one of ofKey(key)) {
          const { statement } = one;
          if (statement.blockHash !== stays.hash || !isInChain(statement) || !suffices(statement, rules)) continue;
          if (isTakenBack(one, ofKey(key))) continue;
          const counts = byEvent.get(statement.eventId) ?? new Map<string, number>();
          byEvent.set(statement.eventId, counts.set(keyOf(statement), (counts.get(keyOf(statement)) ?? 0) + 1));
        }
        for (const counts of byEvent.values()) {
          for (const [amount, count] of counts) most.set(amount, Math.max(most.get(amount) ?? 0, count));
        }
      }
      return most;
    },
  };
}

function isInChain({ kind }: StoredStatement): boolean {
  return kind === 'mined' || kind === 'confirmed';
}

function isNewer({ at }: StoredStatement, than: StoredStatement): boolean {
  return at !== undefined && than.at !== undefined && at > than.at;
}

/** Whether a statement by itself says what is asked, under that configuration. */
function suffices({ provider, kind, confirmations = 0 }: StoredStatement, rules: FoldRules): boolean {
  const traits = rules.providers[provider];
  const asked = rules.confirmations as number;
  if (traits?.trustMined) return kind === 'mined' || kind === 'confirmed';
  const reports = traits?.reportsConfirmations ?? 'count';
  const meant = typeof reports === 'number' && kind === 'confirmed' ? reports : 0;
  return Math.max(reports === false ? 0 : confirmations, meant) >= asked;
}
