import type { OperatorCode } from '../../errors.ts';
import { DepositCallbackError, invalidOption } from '../../errors.ts';
import type { Told } from './phrases.ts';

const translated = new WeakMap<object, string>();

/** The error of an option that cannot be understood. Its message is English; `chineseOf` has the other. */
export function refuse(option: string, why: Told, cause?: unknown): DepositCallbackError {
  const error = invalidOption(option, why.en, cause);
  translated.set(error, `\u9009\u9879 ${option}\uff1a${why.zh}`);
  return error;
}

/** Another error of the command line's own. */
export function refuseAs(code: OperatorCode, why: Told): DepositCallbackError {
  const error = new DepositCallbackError(code, why.en);
  translated.set(error, why.zh);
  return error;
}

/** The Chinese message of an error that was made here. */
export function chineseOf(error: object): string | undefined {
  return translated.get(error);
}
