import { randomBytes } from 'node:crypto';
import type { DepositCallbacks } from '../deposit-callbacks.ts';
import { type Inspector, inspector } from '../inspector/index.ts';
import type { Logger } from '../observe/logger.ts';
import { equalBytes } from '../signatures/constant-time.ts';

/** The inspector of a receiver for trials, behind a password that is made for this run. */
export function trialInspector(callbacks: DepositCallbacks, logger: Logger): { page: Inspector; credentials: string } {
  const credentials = `inspector:${randomBytes(12).toString('base64url')}`;
  const expected = Buffer.from(`Basic ${Buffer.from(credentials).toString('base64')}`);
  const page = inspector({
    callbacks,
    authorize: (req) => equalBytes(Buffer.from(req.headers.authorization ?? ''), expected),
    actor: () => 'listen',
    challenge: 'Basic realm="inspector"',
    actions: true,
    logger,
  });
  return { page, credentials };
}
