// The line to the engine's worker: requests with numbers, answers to them, and news that answer nobody.

import { SimCSEError, aborted } from './error.js';
import { parts, progressOf } from './wire.js';

/** @import { Progress } from '../simcse-lab.js' */
/** @import { Fields } from './wire.js' */

/**
 * @typedef {object} Waiting
 * @property {(answer: Fields) => void} resolve
 * @property {(error: SimCSEError) => void} reject
 * @property {Asking} how
 *
 * @typedef {object} Asking
 * @property {string} [until] The news that is the answer, where the answer bears no number.
 * @property {((progress: Progress) => void)} [onProgress]
 * @property {(part: Fields) => void} [onPart] Hears of answers that come in parts.
 * @property {AbortSignal} [signal]
 * @property {(id: number) => unknown} [cancel] The request that breaks this one off.
 * @property {boolean} [patient] Whether an abort waits for the engine to confirm it.
 */

export class Engine {
  #worker;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #last = 0;
  /** @type {SimCSEError | null} Why no request can be made any more. */
  #over = null;
  /** @type {SimCSEError | null} Why none but to recover can be made. */
  #lost = null;

  /** @type {number | null} The step from which a run goes on that a lost device took along. */
  resumable = null;
  /** @type {(name: string, fields: Fields) => void} Hears all news. */
  onNews = () => {};
  /** @type {(error: SimCSEError) => void} Hears that the device is lost, or that the engine is over. */
  onLoss = () => {};

  #device;

  /**
   * @param {URL} program The worker's script.
   * @param {'auto' | 'gpu' | 'cpu'} device
   */
  constructor(program, device) {
    this.#device = device;
    try {
      const address = new URL(program);
      address.hash = `device=${device}`;
      this.#worker = new Worker(address, { type: 'module', name: 'SimCSE Lab' });
    } catch (cause) {
      const why = `The engine's worker could not be started from ${program}. It must come from the page's own origin.`;
      throw new SimCSEError('engine', why, { cause });
    }
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const words = event.message ? `The engine stopped: ${event.message}.` : `${program} could not be loaded.`;
      this.end(new SimCSEError('engine', `${words} Load the model again to start another engine.`));
    };
  }

  /**
   * What the engine's device is, once it is open.
   * @param {AbortSignal} [signal]
   */
  ready(signal) {
    return this.#wait(0, { until: 'Ready', signal });
  }

  /**
   * Asks, and resolves with the answer's fields.
   * @param {unknown} request
   * @param {Asking} [how]
   */
  ask(request, how = {}) {
    const why = this.#over ?? (request === 'Recover' ? null : this.#lost);
    if (why) return Promise.reject(why);
    if (how.signal?.aborted) return Promise.reject(aborted(how.signal));
    const id = (this.#last += 1);
    const answer = this.#wait(id, how);
    this.#post(id, request);
    return answer;
  }

  /**
   * Says something that needs no answer.
   * @param {unknown} request
   */
  tell(request) {
    if (!this.#over) this.#post((this.#last += 1), request);
  }

  /**
   * Ends the worker; what is open rejects with `error`.
   * @param {SimCSEError} error
   */
  end(error) {
    if (this.#over) return;
    this.#over = error;
    this.#worker.terminate();
    this.#rejectAll(error);
    this.onLoss(error);
  }

  /**
   * @param {number} id
   * @param {Asking} how
   * @returns {Promise<Fields>}
   */
  #wait(id, how) {
    const { signal, cancel, patient } = how;
    /** @type {(() => void) | undefined} */
    let abort;
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, how });
      abort = () => {
        if (cancel) this.tell(cancel(id));
        if (patient || !signal) return;
        this.#waiting.delete(id);
        reject(aborted(signal));
      };
      signal?.addEventListener('abort', abort);
    });
    return answer.finally(() => abort && signal?.removeEventListener('abort', abort));
  }

  /**
   * @param {number} id
   * @param {unknown} request
   */
  #post(id, request) {
    try {
      this.#worker.postMessage({ id, request });
    } catch (cause) {
      this.#take(id)?.reject(new SimCSEError('input', `This cannot be handed to the engine: ${cause}`, { cause }));
    }
  }

  /**
   * Whoever waits for the answer `id`, who now has it.
   * @param {number} id
   */
  #take(id) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** @param {SimCSEError} error */
  #rejectAll(error) {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }

  /** @param {string | Record<string, Fields>} message */
  #receive(message) {
    const [name, fields] = parts(message);
    if (name === 'NoWebGpu') {
      // The CPU computes then, unless a GPU was asked for.
      if (this.#device === 'gpu') this.end(noWebGpu(/** @type {any} */ (fields)));
    } else if (name === 'DeviceLost') {
      this.#lose(fields);
    } else if (name === 'Failed') {
      this.#take(fields.id)?.reject(new SimCSEError(fields.kind, fields.message));
    } else if (typeof fields.id === 'number') {
      this.#answer(name, fields);
    } else {
      if (name === 'Ready') this.#lost = null;
      for (const [id, { how, resolve }] of this.#waiting) {
        if (how.until !== name) continue;
        this.#waiting.delete(id);
        resolve(fields);
      }
      this.onNews(name, fields);
    }
  }

  /**
   * @param {string} name
   * @param {Fields} fields
   */
  #answer(name, fields) {
    const waiting = this.#waiting.get(fields.id);
    if (!waiting) return;
    const { how, resolve, reject } = waiting;
    if (name === 'Progress') {
      how.onProgress?.(progressOf(fields.progress));
      return;
    }
    if (name === 'Embedded') {
      try {
        how.onPart?.(fields.part);
      } catch (cause) {
        if (how.cancel) this.tell(how.cancel(fields.id));
        this.#take(fields.id);
        reject(new SimCSEError('memory', `This page has no memory for so many vectors (${cause}).`, { cause }));
        return;
      }
      if (!fields.part.last) return;
    }
    this.#waiting.delete(fields.id);
    if (name.endsWith('Cancelled') && how.signal) reject(aborted(how.signal));
    else resolve(fields);
  }

  /** @param {Fields} fields */
  #lose({ message, resumable }) {
    const words = `The GPU went away (${message}). recover() opens it again; the model is still there.`;
    this.#lost = new SimCSEError('device-lost', words);
    this.resumable = resumable ?? null;
    this.#rejectAll(this.#lost);
    this.onLoss(this.#lost);
  }
}

/** @param {'InsecureContext' | 'NotInBrowser' | { NoAdapter: string }} reason */
function noWebGpu(reason) {
  const why = () => {
    if (reason === 'InsecureContext') {
      return 'Browsers offer WebGPU to secure pages only. Open this page by https, or from localhost.';
    }
    if (reason === 'NotInBrowser') {
      return 'This browser has no WebGPU. Chrome and Edge 113, Safari 26, Firefox 141 (Windows) or 145 (Apple silicon) have it.';
    }
    return `This browser has WebGPU but gave no device (${reason.NoAdapter}). Update the graphics driver and switch on hardware acceleration.`;
  };
  return new SimCSEError('no-webgpu', why());
}
