// The error with which all promises of the module reject.

/** @import { SimCSEErrorCode } from '../simcse-lab.js' */

export class SimCSEError extends Error {
  /** @type {SimCSEErrorCode} */
  code;

  /**
   * @param {SimCSEErrorCode} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }

  /** @type {'SimCSEError'} */
  get name() {
    return 'SimCSEError';
  }
}

/**
 * The error of a promise whose caller aborted it.
 * @param {AbortSignal} signal
 */
export const aborted = (signal) =>
  new SimCSEError('aborted', 'this was broken off by the caller’s signal', { cause: signal.reason });
