import type { ServerResponse } from 'node:http';
import { DepositCallbackError } from '../errors.ts';
import { lineOf } from '../ingest/received-callback.ts';
import type { Deliverer } from '../outbox/deliverer.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { unawaited } from '../util/promises.ts';
import { createDeadlines } from './deadlines.ts';
import type { CallbackRequest, Link, RequestState } from './request-state.ts';
import { placed, stateOf } from './request-state.ts';
import { answer, refuse } from './respond.ts';

/** Options of `dispatch`. */
export interface DispatchOptions<Tx> {
  deliverer: Pick<Deliverer<Tx>, 'wake' | 'attempted'>;
  /**
   * Time that the answer waits for the listeners if the store is not durable. Default 3000 ms, at most the provider's
   * deadline.
   */
  ackMs?: number;
}

const optionNames: OptionNames<DispatchOptions<unknown>> = { deliverer: true, ackMs: true };

/** Creates the last link: it answers as the provider expects, and wakes the deliverer. */
export function dispatch<Tx>(options: DispatchOptions<Tx>): Link {
  checkOptions('dispatch', options, optionNames, '{ deliverer }');
  const { deliverer, ackMs = 3_000 } = options;
  const deadlines = createDeadlines(ackMs);

  return placed('dispatch', function dispatchLink(req, res) {
    const state = stateOf(req);
    const { record, provider, eventIds = [] } = state;
    if (!record || !provider) {
      refuse(
        req,
        res,
        new DepositCallbackError('LINK_ORDER', 'dispatch() found no recorded callback; put replayGuard() before it'),
      );
      return;
    }
    const answerNow = (): void => {
      try {
        const given = provider.answer(record.outcome);
        unawaited(given);
        answer(req, res, given);
      } catch (cause) {
        const message = `The callback is stored, but answer() of ${provider.name} returned no answer to send`;
        refuse(req, res, new DepositCallbackError('UNAVAILABLE', message, { cause }));
      }
      // The error goes to logs and traces, where no body belongs.
      const line = lineOf(record);
      state.news?.tell('outcome', line);
      if (line.outcome === 'quarantined') state.news?.tell('quarantined', line);
    };
    if (eventIds.length > 0 && state.waitForListeners) {
      answerAfterListeners(req, res, state, eventIds, answerNow);
      return;
    }
    answerNow();
    if (eventIds.length > 0) deliverer.wake();
  });

  function answerAfterListeners(
    req: CallbackRequest,
    res: ServerResponse,
    state: RequestState,
    eventIds: readonly string[],
    answerNow: () => void,
  ): void {
    const refuseWith = (message: string): void => {
      if (!state.answered) refuse(req, res, new DepositCallbackError('UNAVAILABLE', message));
    };
    const expire = (): void =>
      refuseWith('The listeners took longer than ackMs, and the store is not durable: the callback must be sent again');
    const deadline = deadlines.add(expire);
    const sooner = state.provider?.deadlineMs;
    const timer = sooner !== undefined && sooner < ackMs ? setTimeout(expire, sooner).unref() : undefined;
    void deliverer
      .attempted(eventIds)
      .then((handled) => {
        if (state.answered) return;
        if (handled) answerNow();
        else refuseWith('A listener failed, and the store is not durable: the callback must be sent again');
      })
      .catch(() => refuseWith('It is not known whether the listeners handled it, so it must be sent again'))
      .finally(() => {
        deadline.cancel();
        clearTimeout(timer);
      });
    deliverer.wake();
  }
}
