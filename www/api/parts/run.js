// A run as its caller sees it: a promise of its end, an async iterator over its events, and an EventTarget.

import { SimCSEError, aborted } from './error.js';
import { trainedPooler } from './recipe.js';
import { camelCased } from './wire.js';

/** @import * as api from '../simcse-lab.js' */
/** @import { Engine } from './engine.js' */
/** @import { Fields } from './wire.js' */

/** Types of the events that the iterator yields. */
const EVENTS = ['started', 'step', 'evaluation', 'paused', 'resumed', 'end'];

/**
 * @typedef {object} Beginning
 * @property {(progress: api.Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {api.Pooler} [pooler] Given for a run that is under way already.
 */

/** @implements {api.TrainingRun} */
export class TrainingRun extends EventTarget {
  #engine;
  #onProgress;
  #signal;
  /** @type {unknown[]} Requests made before the run has started. */
  #wishes = [];
  #started = false;
  /** Whether the engine is repeating the events from before the device was lost. */
  #retold = false;
  /** @type {Promise<api.TrainingEnd>} */
  #end;
  /** @type {(end: api.TrainingEnd) => void} */
  #resolve = () => {};
  /** @type {(error: SimCSEError) => void} */
  #reject = () => {};
  #stop = () => void this.#request('Stop', 'end');

  /** Whether the run has ended or failed. */
  over = false;
  /** @type {api.Pooler | null} The pooler of its weights; null before the start. */
  pooler = null;
  /** The step whose weights were kept. */
  keptStep = 0;

  /**
   * @param {Engine} engine
   * @param {Beginning} beginning
   */
  constructor(engine, { onProgress, signal, pooler }) {
    super();
    this.#engine = engine;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#end = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (pooler) {
      this.pooler = pooler;
      this.#started = true;
      this.#retold = true;
    }
    signal?.addEventListener('abort', this.#stop);
  }

  /** @type {api.TrainingRun['then']} */
  then(onEnd, onError) {
    return this.#end.then(onEnd, onError);
  }

  /** @type {api.TrainingRun['catch']} */
  catch(onError) {
    return this.#end.catch(onError);
  }

  /** @type {api.TrainingRun['finally']} */
  finally(onFinally) {
    return this.#end.finally(onFinally);
  }

  // Redeclared from EventTarget for the types of the listeners.

  /**
   * @param {string} type
   * @param {any} listener
   * @param {any} [options]
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
  }

  /**
   * @param {string} type
   * @param {any} listener
   * @param {any} [options]
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, listener, options);
  }

  async pause() {
    await this.#request('Pause', 'paused');
  }

  async resume() {
    await this.#request('Resume', 'resumed');
  }

  async stop() {
    await this.#request('Stop', 'end');
    return this.#end;
  }

  /** @returns {AsyncIterator<api.TrainingEvent>} */
  async *[Symbol.asyncIterator]() {
    /** @type {api.TrainingEvent[]} */
    const heard = [];
    let wake = () => {};
    /** @param {Event} event */
    const hear = (event) => {
      if (event.type !== 'error') heard.push(/** @type {CustomEvent} */ (event).detail);
      wake();
    };
    const types = [...EVENTS, 'error'];
    for (const type of types) this.addEventListener(type, hear);
    // The loop below throws it in turn; until then it must not count as unhandled.
    this.#end.catch(() => {});
    try {
      for (;;) {
        const event = heard.shift();
        if (event) yield event;
        else if (this.over) break;
        else await new Promise((woken) => (wake = () => woken(undefined)));
      }
      await this.#end;
    } finally {
      for (const type of types) this.removeEventListener(type, hear);
    }
  }

  /**
   * @param {string} request
   * @param {string} answer
   */
  async #request(request, answer) {
    if (this.over) return;
    const heard = new Promise((resolve) => {
      for (const type of [answer, 'end', 'error']) this.addEventListener(type, resolve, { once: true });
    });
    if (this.#started) this.#engine.tell(request);
    else this.#wishes.push(request);
    await heard;
  }

  /**
   * Handles an event of the engine.
   * @param {string} name
   * @param {Fields} fields
   */
  receive(name, fields) {
    if (this.#retold && name !== 'Paused') return;
    this.#retold = false;
    switch (name) {
      case 'RunStarted':
        this.pooler = trainedPooler(fields.options);
        this.#started = true;
        this.#tell('started', { total: fields.total, gpuBytes: fields.gpu_bytes });
        for (const wish of this.#wishes) this.#engine.tell(wish);
        break;
      case 'Steps':
        for (const step of Object.values(fields)) this.#tell('step', camelCased(step));
        break;
      case 'Evaluating':
        this.#onProgress?.({ stage: 'evaluating', done: fields.done, total: fields.of, secondsLeft: null });
        break;
      case 'Evaluated':
        this.#tell('evaluation', camelCased(fields));
        break;
      case 'Paused':
        this.#tell('paused', { step: fields.step });
        break;
      case 'Resumed':
        this.#tell('resumed', { step: fields.step });
        break;
      case 'Finished':
        this.#finish(fields);
        break;
      case 'RunFailed':
        this.keptStep = fields.kept_step;
        this.fail(new SimCSEError(fields.kind, fields.reason.english));
        break;
    }
  }

  /** @param {Fields} end */
  #finish({ reason, step, kept_step: keptStep, pooler }) {
    this.keptStep = keptStep;
    if (this.#signal?.aborted) {
      this.fail(aborted(this.#signal));
      return;
    }
    this.#close();
    this.#resolve(/** @type {any} */ (this.#tell('end', { reason: reason.toLowerCase(), step, keptStep, pooler })));
  }

  /**
   * Ends the run with an error.
   * @param {SimCSEError} error
   */
  fail(error) {
    if (this.over) return;
    this.#close();
    this.#reject(error);
    this.dispatchEvent(new CustomEvent('error', { detail: error }));
  }

  #close() {
    this.over = true;
    this.#signal?.removeEventListener('abort', this.#stop);
  }

  /**
   * @param {string} type
   * @param {Fields} fields
   */
  #tell(type, fields) {
    const detail = { type, ...fields };
    this.dispatchEvent(new CustomEvent(type, { detail }));
    return detail;
  }
}
