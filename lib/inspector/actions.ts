import { isDepositCallbackError } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';
import { redeliverAll, releaseAll, reprocessAll } from './act-on-all.ts';
import { readForm } from './form-body.ts';
import type { Refusal } from './pages/refusal.ts';
import { segment } from './parts/parts.ts';
import { isSameOrigin } from './same-origin.ts';
import { isToken } from './session.ts';
import type { Inspected, InspectorRequest } from './view.ts';

/** Where to go after an action, relative to its own path; or why it was not done. */
export type Acted = { location: string } | Refusal;

export interface ActionsOptions {
  callbacks: Inspected;
  actor: (req: InspectorRequest) => string;
  logger: Logger;
  now: () => number;
}

interface ActionInput {
  /** Epoch ms. */
  now: number;
  actor: string;
  reason: string;
  text: (name: string) => string;
}

type Action = (callbacks: Inspected, input: ActionInput) => Promise<string | Refusal>;

const notFound: Refusal = { status: 404, reason: 'notFound' };

const actions: Readonly<Record<string, Action>> = {
  async redeliver(callbacks, { text }) {
    return (await callbacks.redeliver(text('event'))) ? 'dead-letters?done=redeliver' : notFound;
  },
  async release(callbacks, { text, reason, actor }) {
    const { id } = await callbacks.release(text('deposit'), { reason, actor });
    return `deposits/${segment(id)}?done=release`;
  },
  async hold(callbacks, { text, reason, actor }) {
    const { id } = await callbacks.hold(text('deposit'), { reason, actor });
    return `deposits/${segment(id)}?done=hold`;
  },
  async correct(callbacks, { text, reason, actor }) {
    const [decimals, memo, account] = ['decimals', 'memo', 'account'].map((name) => text(name).trim());
    const { id } = await callbacks.correct(text('deposit'), {
      reason,
      actor,
      ...(decimals ? { decimals: Number(decimals) } : {}),
      ...(memo ? { memo } : {}),
      ...(account ? { account } : {}),
    });
    return `deposits/${segment(id)}?done=correct`;
  },
  async revert(callbacks, { text, reason, actor }) {
    const { id } = await callbacks.revert(text('deposit'), { reason, actor });
    return `deposits/${segment(id)}?done=revert`;
  },
  async reprocess(callbacks, { text }) {
    const callbackId = text('callback');
    const { read, recorded, passedOver } = await callbacks.reprocess(
      callbackId === '' ? { outcome: 'quarantined' } : { callbackId },
    );
    const to = callbackId === '' ? 'quarantine' : `callbacks/${segment(callbackId)}`;
    return `${to}?done=reprocess&read=${read}&recorded=${recorded}&passed=${passedOver}`;
  },
  'release-all': (callbacks, input) => releaseAll({ callbacks, asked: input.text, ...input }),
  'redeliver-all': (callbacks, input) => redeliverAll({ callbacks, asked: input.text, ...input }),
  'reprocess-all': (callbacks, input) => reprocessAll({ callbacks, asked: input.text, ...input }),
  async reverify(callbacks) {
    const { taken, kept } = await callbacks.reverify();
    return `quarantine?done=reverify&taken=${taken}&kept=${kept}`;
  },
};

/**
 * Does what a form of the inspector asks for: only with Origin and Sec-Fetch-Site of this site, with the token of this
 * browser's session and with a reason. Who did it and why is logged, and kept with the deposit if it is a decision.
 */
export async function act(req: InspectorRequest, name: string, options: ActionsOptions): Promise<Acted> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) return notFound;
  if (!isSameOrigin(req)) return { status: 403, reason: 'foreign' };
  const form = await readForm(req);
  if (form === undefined) return { status: 400, reason: 'form' };
  if (!isToken(req, form.get('token') ?? '')) return { status: 403, reason: 'token' };
  const reason = (form.get('reason') ?? '').trim();
  if (reason === '' || reason.length > 500) return { status: 422, reason: 'reason' };
  const actor = options.actor(req);
  if (typeof actor !== 'string' || actor.trim() === '') return { status: 403, reason: 'notAllowed' };
  return run(name, action, { now: options.now(), actor, reason, text: (field) => form.get(field) ?? '' }, options);
}

async function run(
  name: string,
  action: Action,
  input: ActionInput,
  { callbacks, logger }: ActionsOptions,
): Promise<Acted> {
  const { actor, reason, text } = input;
  const subject = text('event') || text('deposit') || text('callback');
  const fields = { action: name, actor, reason, ...(subject === '' ? {} : { subject }) };
  try {
    const went = await action(callbacks, input);
    if (typeof went !== 'string') return went;
    logger.warn(fields, 'An operator acted through the inspector');
    return { location: `../${went}` };
  } catch (error) {
    logger.error({ ...fields, error }, 'An action of the inspector failed');
    if (!isDepositCallbackError(error)) return { status: 500, reason: 'failed' };
    return { status: error.code === 'NOT_FOUND' ? 404 : 409, reason: 'failed', more: error.message };
  }
}
