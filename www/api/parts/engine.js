// The connection to the engine's worker: numbered requests, their answers, and events that answer no request.

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
 * @property {string} [until] The event that is the answer, where the answer has no number.
 * @property {((progress: Progress) => void)} [onProgress]
 * @property {(part: Fields) => void} [onPart] Called with each part of an answer that comes in parts.
 * @property {AbortSignal} [signal]
 * @property {(id: number) => unknown} [cancel] Makes the request that cancels this one.
 * @property {boolean} [patient] Whether an abort waits for the engine to confirm it.
 */

export class Engine {
  #worker;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #last = 0;
  /** @type {SimCSEError | null} Why no request can be made any more. */
  #over = null;
  /** @type {SimCSEError | null} Why no request but Recover can be made. */
  #lost = null;

  /** @type {number | null} The step from which the run can go on that was lost with its device. */
  resumable = null;
  /** @type {(name: string, fields: Fields) => void} Called with every event that answers no request. */
  onNews = () => {};
  /** @type {(error: SimCSEError) => void} Called when the device is lost or the engine has ended. */
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
   * Resolves with the engine's device once it is open.
   * @param {AbortSignal} [signal]
   */
  ready(signal) {
    return this.#wait(0, { until: 'Ready', signal });
  }

  /**
   * Sends a request; resolves with the answer's fields.
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
   * Sends a request that needs no answer.
   * @param {unknown} request
   */
  tell(request) {
    if (!this.#over) this.#post((this.#last += 1), request);
  }

  /**
   * Ends the worker; open requests reject with `error`.
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
   * Removes and returns the request that waits for the answer `id`.
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

  /** @param {{ Answer: Fields } | { News: string | Record<string, Fields> }} message */
  #receive(message) {
    if ('Answer' in message) this.#answer(message.Answer);
    else this.#hear(...parts(message.News));
  }

  /**
   * @param {string} name
   * @param {Fields} fields
   */
  #hear(name, fields) {
    if (name === 'NoWebGpu') {
      // The CPU computes then; only an explicit request for a GPU fails.
      if (this.#device === 'gpu') this.end(noWebGpu(/** @type {any} */ (fields)));
      return;
    }
    if (name === 'DeviceLost') {
      this.#lose(fields);
      return;
    }
    if (name === 'Ready') this.#lost = null;
    for (const [id, { how, resolve }] of this.#waiting) {
      if (how.until !== name) continue;
      this.#waiting.delete(id);
      resolve(fields);
    }
    this.onNews(name, fields);
  }

  /** @param {Fields} envelope */
  #answer({ id, last, answer }) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const { how, resolve, reject } = waiting;
    const [name, fields] = parts(answer);
    if (name === 'Progress') how.onProgress?.(progressOf(fields.progress));
    if (name === 'Embedded') {
      try {
        how.onPart?.(fields.part);
      } catch (cause) {
        if (how.cancel) this.tell(how.cancel(id));
        this.#take(id);
        reject(new SimCSEError('memory', `This page has no memory for so many vectors (${cause}).`, { cause }));
        return;
      }
    }
    if (!last) return;
    this.#waiting.delete(id);
    if (name === 'Failed') reject(new SimCSEError(fields.kind, fields.reason.english));
    else if (name === 'Cancelled' && how.signal) reject(aborted(how.signal));
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
