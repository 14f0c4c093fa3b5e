/** Texts about what an operator does, and about what is refused, in English. */
export const englishActions = {
  act: {
    redeliver: 'Redeliver',
    redeliverMore: 'Makes the event due again and resets its attempts to 0.',
    release: 'Release',
    releaseMore: 'Releases the deposit. It is credited if it may still be true and is not waiting for anything else.',
    acceptMore: 'Confirms the credit and ends the doubt. Other deposits of its transaction may then be credited.',
    hold: 'Hold',
    holdMore: 'Holds the deposit until it is released.',
    correct: 'Correct',
    correctMore: 'Corrects the report; the corrected deposit is credited. Leave correct fields empty.',
    revert: 'Revert',
    revertMore:
      'Reverts a false credit. Listeners get deposit.reverted with the reason; only a release credits it again.',
    rejectMore:
      'Rejects a false deposit. No later report credits it, only a release, and it no longer needs attention.',
    reprocess: 'Read again',
    reprocessMore: 'Reads the stored callback again with the current policy.',
    reprocessAll: (count: number): string => `Read all again (${count})`,
    releaseAll: (count: number): string => `Release all (${count})`,
    releaseAllMore:
      'Releases each deposit that the filter shows, one by one. What arrives meanwhile is not among them.',
    redeliverAll: (count: number): string => `Redeliver all (${count})`,
    reverify: 'Verify all again',
    reverifyMore: 'Verifies the stored callbacks with the current keys and accepts those that match.',
    reason: 'Reason',
    reasonHint: 'Stored in the log',
  },
  alike: {
    title: 'By error',
    latest: 'Latest',
    first: 'First',
    noError: 'No error is stored',
  },
  done: {
    redeliver: 'The event is due again.',
    release: 'The deposit is released.',
    all: (acted: number, refused: number): string => `${acted} done, ${refused} refused.`,
    hold: 'The deposit is held.',
    correct: 'The deposit is corrected.',
    revert: 'The deposit is reverted.',
    reprocess: (read: number, recorded: number, passed: number): string =>
      `Read ${read} again: ${recorded} recorded, ${passed} skipped.`,
    reverify: (taken: number, kept: number): string => `${taken} accepted, ${kept} still kept.`,
  },
  refused: {
    notAllowed: { title: 'Not allowed', more: 'The service does not allow this request to view the inspector.' },
    notFound: { title: 'Not found', more: 'It may have been pruned, or the link may be wrong.' },
    method: { title: 'This page is read-only', more: 'Only GET and HEAD are allowed.' },
    actionsOff: { title: 'Actions are off', more: 'The service has not enabled them (actions: true).' },
    foreign: {
      title: 'The request came from another site',
      more: 'Origin or Sec-Fetch-Site names another site. Behind a proxy, set trust proxy.',
    },
    token: { title: 'The form has expired', more: 'Go back, reload the page, and try again.' },
    form: { title: 'The form could not be read', more: 'Go back, reload the page, and try again.' },
    reason: { title: 'A reason is required', more: 'Enter a reason of at most 500 characters.' },
    failed: { title: 'The action failed', more: 'See the service log for the reason.' },
    busy: { title: 'Too many live lists', more: 'Close one and reload.' },
    broken: {
      title: 'The page cannot be displayed',
      more: 'The store did not answer. See the service log for the reason.',
    },
  },
};
