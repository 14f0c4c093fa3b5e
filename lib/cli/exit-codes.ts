/** What the process exits with; `docs/cli.md` has the same table. */
export const exitCodes = {
  /** Done, and nothing is wrong. */
  ok: 0,
  /** Done, and something is: a red probe, a finding, a refusal, an id that is not there. */
  found: 1,
  /** The command line or the configuration cannot be understood. */
  usage: 2,
  /** It could not be done: the store or the URL cannot be reached, the disk is full. */
  failed: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
