/** Codes that the sender of a callback may see, each with the status that goes with it. */
export const refusalStatus = {
  HTTPS_REQUIRED: 403,
  SOURCE_NOT_ALLOWED: 403,
  SOURCE_UNKNOWN: 503,
  BODY_TOO_LARGE: 413,
  BODY_TIMEOUT: 408,
  BODY_ABORTED: 400,
  BODY_ENCODING: 415,
  BODY_FORM: 415,
  BODY_ALREADY_PARSED: 503,
  API_KEY_INVALID: 401,
  SIGNATURE_MISSING: 401,
  SIGNATURE_INVALID: 401,
  TIMESTAMP_TOO_OLD: 401,
  TIMESTAMP_TOO_NEW: 401,
  KEPT_UNVERIFIED: 503,
  KEYS_UNAVAILABLE: 503,
  METHOD_NOT_ALLOWED: 405,
  UNAVAILABLE: 503,
} as const;

/** A code that the sender of a callback may see. `docs/errors.md` lists them with their statuses. */
export type RefusalCode = keyof typeof refusalStatus;

/** Codes that only the operator sees: thrown at construction, by `ready()`, or in the log. */
export type OperatorCode =
  | 'OPTION_INVALID'
  | 'POLICY_ANSWER_INVALID'
  | 'ADDRESS_INVALID'
  | 'AMOUNT_INVALID'
  | 'TRANSACTION_ID_INVALID'
  | 'NETWORK_UNKNOWN'
  | 'JSON_INVALID'
  | 'BODY_UNREADABLE'
  | 'ROW_UNREADABLE'
  | 'STORE_SCHEMA_NEWER'
  | 'STORE_NOT_DURABLE'
  | 'STORE_NOT_READY'
  | 'STORE_BUSY'
  | 'STORE_FULL'
  | 'STORE_DRIVER_MISSING'
  | 'CHAIN_DRIVER_MISSING'
  | 'LINK_ORDER'
  | 'LISTENER_FAILED'
  | 'ATOMICALLY_ASYNC'
  | 'ATOMICALLY_UNSUPPORTED'
  | 'LEASE_LOST'
  | 'NOT_FOUND'
  | 'NOTHING_HELD'
  | 'NOT_POSSIBLE'
  | 'CORRECTION_NEEDED'
  | 'ALREADY_CREDITED'
  | 'NOT_CREDITED'
  | 'REQUEST_FAILED'
  | 'BLOCK_UNAVAILABLE';

/** The code of a `DepositCallbackError`. `docs/errors.md` lists them. Codes are stable; messages are not. */
export type ErrorCode = RefusalCode | OperatorCode;

// Two copies of the package (ESM and CommonJS) may meet in one process, so instances are recognized by a brand.
const brand = Symbol.for('deposit-callback.error');

/** The error that this package throws and reports. `code` is stable; `message` names the problem and the fix. */
export class DepositCallbackError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DepositCallbackError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** HTTP status that the sender gets, for refusals; undefined for the operator's errors. */
  get status(): number | undefined {
    return isRefusalCode(this.code) ? refusalStatus[this.code] : undefined;
  }
}

/**
 * Returns whether `value` is a `DepositCallbackError`, also one of another copy of this package (ESM and CommonJS in
 * one process).
 *
 * @example
 * try {
 *   await callbacks.release(id, { reason, actor });
 * } catch (error) {
 *   if (isDepositCallbackError(error) && error.code === 'NOTHING_HELD') return;
 *   throw error;
 * }
 */
export function isDepositCallbackError(value: unknown): value is DepositCallbackError {
  return typeof value === 'object' && value !== null && brand in value;
}

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(refusalStatus, code);
}

/** The error of an option that cannot be understood: thrown at construction, so that the process does not start. */
export function invalidOption(option: string, fix: string, cause?: unknown): DepositCallbackError {
  return new DepositCallbackError(
    'OPTION_INVALID',
    `Option ${option}: ${fix}`,
    cause === undefined ? undefined : { cause },
  );
}
