import type { Random } from '../edge/random.ts';
import { readCorpus, writeCorpus } from './corpus.ts';
import type { Coverage, Unseen } from './coverage.ts';
import { described, type Fault, faultOf, nameOf, shrunk } from './fault.ts';
import { mutate } from './mutate.ts';
import { steepness } from './steepness.ts';
import type { FuzzTarget } from './target.ts';
import { sourceWords } from './words.ts';

/** What a target's turn came to. */
export interface Turn {
  target: string;
  /** Inputs that were run: seeds, the corpus and what was made of them; not the runs that a find was taken apart with. */
  executions: number;
  seconds: number;
  /** Inputs of the corpus as it is now, and those that are new. */
  corpus: number;
  added: number;
  /** Blocks entered for a byte of input, of the costliest batch. */
  stepsPerByte: number;
  faults: readonly Fault[];
}

export interface TurnOptions {
  coverage: Coverage;
  random: Random;
  /** When to stop, whichever comes first. */
  seconds?: number;
  executions?: number;
  /** Whether the corpus is written. Default false. */
  keeps?: boolean;
  /** Whether seeds and corpus have been run already, and are only to be changed. Default false. */
  isReplayed?: boolean;
}

const mostInBatch = 512;
const longestKept = 2_048;

interface State {
  target: FuzzTarget;
  options: TurnOptions;
  unseen: Unseen;
  pool: Buffer[];
  fresh: Buffer[];
  faults: Map<string, Fault>;
  executions: number;
  stepsPerByte: number;
}

/** Runs a target's seeds and corpus, and then what is made of them, keeping each input that reaches code for the first time. */
export async function fuzzTarget(target: FuzzTarget, options: TurnOptions): Promise<Turn> {
  const startedAt = performance.now();
  const kept = readCorpus(target.name);
  const state: State = {
    target,
    options,
    unseen: new Map(),
    pool: [],
    fresh: [],
    faults: new Map(),
    executions: 0,
    stepsPerByte: 0,
  };
  // What ran before is nobody's.
  options.coverage.take(new Map());
  const given = [...target.seeds, ...kept];
  if (options.isReplayed === true) state.pool.push(...given);
  else await runGiven(state, given);
  const { seconds = Number.POSITIVE_INFINITY, executions = Number.POSITIVE_INFINITY } = options;
  let size = 16;
  while (state.executions < executions && performance.now() - startedAt < seconds * 1_000) {
    const isNew = await runBatch(state, Math.min(size, executions - state.executions));
    size = isNew ? Math.max(16, size >> 2) : Math.min(mostInBatch, size * 2);
    if (!target.isSteep && options.random.chance(0.05)) await lookForSteepness(state);
  }
  const corpus = options.keeps === true && state.fresh.length > 0 ? await keep(state, kept) : kept;
  return {
    target: target.name,
    executions: state.executions,
    seconds: (performance.now() - startedAt) / 1_000,
    corpus: corpus.length,
    added: state.fresh.length,
    stepsPerByte: Math.round(state.stepsPerByte),
    faults: [...state.faults.values()],
  };
}

/** Runs what is given: all of it is worth changing, whatever it reaches. */
async function runGiven(state: State, inputs: readonly Buffer[]): Promise<void> {
  const { target, options, unseen } = state;
  for (const input of inputs) {
    state.executions += 1;
    state.pool.push(input);
    const error = await faultOf(target, input, options.random);
    if (error !== undefined) await note(state, input, error);
  }
  countSteps(state, options.coverage.take(unseen).steps, inputs);
}

function countSteps(state: State, steps: number, inputs: readonly Buffer[]): void {
  const bytes = inputs.reduce((sum, { length }) => sum + length, 1);
  state.stepsPerByte = Math.max(state.stepsPerByte, steps / bytes);
}

/** Runs many inputs and then looks once; if something was reached, again one by one, to know by which. */
async function runBatch(state: State, size: number): Promise<boolean> {
  const { target, options, unseen, pool } = state;
  const { random, coverage } = options;
  const words = target.words === undefined || random.chance(0.3) ? sourceWords : target.words;
  const longest = target.longest ?? 4_096;
  const inputs: Buffer[] = [];
  for (let count = 0; count < size; count += 1) {
    const input = mutate(target.shape, chosen(pool, random), random, words, chosen(pool, random)).subarray(0, longest);
    inputs.push(input);
    state.executions += 1;
    const error = await faultOf(target, input, random);
    if (error !== undefined) await note(state, input, error);
  }
  const before = new Map(unseen);
  const { fresh, steps } = coverage.take(unseen);
  countSteps(state, steps, inputs);
  if (fresh === 0) return false;
  // Taken apart against what was known before; what only the batch reached together is known now all the same.
  const known = new Map(unseen);
  state.unseen = before;
  await takeApart(state, inputs);
  state.unseen = known;
  return true;
}

/** Finds those of the inputs that reach anything, by halves: to look costs as much as a hundred runs. */
async function takeApart(state: State, inputs: readonly Buffer[]): Promise<void> {
  const [only] = inputs;
  if (only === undefined) return;
  if (inputs.length === 1) {
    await faultOf(state.target, only, state.options.random);
    if (state.options.coverage.take(state.unseen).fresh === 0) return;
    state.pool.push(only);
    if (only.length <= longestKept) state.fresh.push(only);
    return;
  }
  const middle = inputs.length >> 1;
  for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
    for (const input of half) await faultOf(state.target, input, state.options.random);
    if (state.options.coverage.take(new Map(state.unseen)).fresh > 0) await takeApart(state, half);
  }
}

// What came last reaches furthest.
function chosen(pool: readonly Buffer[], random: Random): Buffer {
  const late = random.chance(0.4) ? Math.max(0, pool.length - 20) : 0;
  return pool[late + random.below(pool.length - late)] ?? Buffer.alloc(0);
}

async function note(state: State, input: Buffer, error: Error): Promise<void> {
  const name = nameOf(error);
  if (state.faults.has(name)) return;
  const { target, options } = state;
  // Kept before it is shrunk, so that shrinking notes nothing again.
  state.faults.set(name, { target: target.name, what: String(error), input });
  const least = await shrunk(target, input, options.random);
  state.faults.set(name, { target: target.name, what: await described(target, least, options.random), input: least });
}

async function lookForSteepness(state: State): Promise<void> {
  const { target, options, pool } = state;
  const input = chosen(pool, options.random);
  const found = await steepness(target, input, options);
  if (found === undefined) return;
  const error = new Error(`Work grows faster than the input: ${found.what}`);
  if (!state.faults.has(error.message)) {
    state.faults.set(error.message, { target: target.name, what: error.message, input: found.input });
  }
}

/** The fewest inputs that reach all that was reached beside the seeds, shortest first. */
async function keep(state: State, kept: readonly Buffer[]): Promise<readonly Buffer[]> {
  const { target, options } = state;
  const { coverage, random } = options;
  const unseen: Unseen = new Map();
  for (const seed of target.seeds) await faultOf(target, seed, random);
  coverage.take(unseen);
  const least: Buffer[] = [];
  const shortestFirst = [...kept, ...state.fresh].sort((a, b) => a.length - b.length);
  for (const input of shortestFirst) {
    await faultOf(target, input, random);
    if (coverage.take(unseen).fresh > 0) least.push(input);
  }
  writeCorpus(target.name, least);
  return least;
}
