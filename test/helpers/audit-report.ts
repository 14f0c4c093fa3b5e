import type { AuditReport } from '../../lib/audit/run-probes.ts';

/** A report of one red probe, whose every text is what a hostile service has answered. */
export function reportSaying(text: string): AuditReport {
  return {
    profile: 'receiver',
    url: `https://example.com/${text}`,
    startedAt: '2026-01-01T00:00:00.000Z',
    tookMs: 1_234,
    verdict: 'red',
    counts: { green: 0, red: 1, skipped: 0 },
    probes: [
      {
        id: 'unsigned',
        group: 'signature',
        severity: 'high',
        title: text,
        did: text,
        verdict: 'red',
        saw: text,
        tookMs: 1,
      },
    ],
    takenBack: [{ hash: text, amount: '1', answer: text }],
  };
}
