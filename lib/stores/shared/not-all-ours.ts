/** Thrown inside a transaction to roll it back: some of its leases are no longer ours. */
class NotAllOurs extends Error {
  readonly ours: readonly boolean[];

  constructor(ours: readonly boolean[]) {
    super('Some leases are no longer ours');
    this.ours = ours;
  }
}

/** Rolls the open transaction back unless all of its leases are ours. */
export function requireAllOurs(ours: readonly boolean[]): void {
  if (!ours.every(Boolean)) throw new NotAllOurs(ours);
}

/** What a transaction that asked `requireAllOurs` has found. */
export async function oursOf(transaction: Promise<readonly boolean[]>): Promise<readonly boolean[]> {
  try {
    return await transaction;
  } catch (error) {
    if (error instanceof NotAllOurs) return error.ours;
    throw error;
  }
}
