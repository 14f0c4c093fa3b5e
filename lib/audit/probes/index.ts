import type { Probe } from '../probe.ts';
import { baselineProbes } from './baseline.ts';
import { bodyProbes } from './body.ts';
import { falseTopUpProbes } from './false-top-ups.ts';
import { httpProbes } from './http.ts';
import { creditsProbe, replayProbes } from './replay.ts';
import { signatureProbes } from './signature.ts';
import { timeProbes } from './time.ts';
import { tlsProbes, transportProbes } from './transport.ts';

/** Every probe, in the order in which they run: first what decides whether the others say anything. */
export const probes: readonly Probe[] = [
  ...transportProbes,
  ...tlsProbes,
  ...baselineProbes,
  creditsProbe,
  ...signatureProbes,
  ...timeProbes,
  ...replayProbes,
  ...falseTopUpProbes,
  ...bodyProbes,
  ...httpProbes,
];
