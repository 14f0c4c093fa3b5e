import { type Profiler, Session } from 'node:inspector';

/** What one or several executions did. */
export interface Taken {
  /** Characters of source that ran for the first time. */
  fresh: number;
  /** How often blocks were entered: the work that was done, the same on every machine. */
  steps: number;
}

/** What of each function has not run yet; one for each target. */
export type Unseen = Map<string, readonly Span[]>;

type Span = readonly [start: number, end: number];

export interface Coverage {
  /** What ran since the last call; `unseen` then holds what is left. */
  take(unseen: Unseen): Taken;
  close(): void;
}

// What the package runs: its own source, and the dependencies that parse for it.
const measured = /\/lib\/|\/node_modules\/(?!tsx\/|esbuild\/|fast-check\/)/;

/** For a process whose coverage somebody else takes: nothing is ever new. */
export const blindCoverage: Coverage = { take: () => ({ fresh: 0, steps: 0 }), close: () => {} };

/**
 * V8's own block coverage, exact to the execution. Code that was compiled before has no counters in its blocks, so open it before the
 * code under test is imported.
 */
export function openCoverage(): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    take(unseen) {
      const taken = { fresh: 0, steps: 0 };
      for (const script of takeScripts(session)) {
        if (!measured.test(script.url)) continue;
        for (const { ranges } of script.functions) count(ranges, script.scriptId, unseen, taken);
      }
      return taken;
    },
    close: () => session.disconnect(),
  };
}

function takeScripts(session: Session): readonly Profiler.ScriptCoverage[] {
  let scripts: readonly Profiler.ScriptCoverage[] = [];
  // Answered before `post` returns: the inspector is in this thread.
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error !== null) throw error;
    scripts = taken.result;
  });
  return scripts;
}

function count(ranges: readonly Profiler.CoverageRange[], script: string, unseen: Unseen, taken: Taken): void {
  const whole = ranges[0];
  if (whole === undefined || whole.count === 0) return;
  for (const range of ranges) taken.steps += range.count;
  const key = `${script}:${whole.startOffset}:${whole.endOffset}`;
  const left = unseen.get(key) ?? [[whole.startOffset, whole.endOffset]];
  if (left.length === 0) return;
  const idle = ranges.flatMap((range): Span[] => (range.count === 0 ? [[range.startOffset, range.endOffset]] : []));
  const still = left.flatMap((span) => idle.flatMap((other) => common(span, other)));
  taken.fresh += lengthOf(left) - lengthOf(still);
  unseen.set(key, still);
}

function common([from, to]: Span, [start, end]: Span): Span[] {
  const both: Span = [Math.max(from, start), Math.min(to, end)];
  return both[0] < both[1] ? [both] : [];
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [start, end]) => sum + end - start, 0);
}
