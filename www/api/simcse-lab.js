// SimCSE Lab's engine from JavaScript, documented in simcse-lab.d.ts. The engine itself is the site's Web Worker, so
// that computing does not block the page that imports this.

import * as check from './parts/check.js';
import { Engine } from './parts/engine.js';
import { SimCSEError, aborted } from './parts/error.js';
import { planOf } from './parts/plan.js';
import { completed } from './parts/recipe.js';
import { TrainingRun } from './parts/run.js';
import { filesOf, folderUrl, sourceOf } from './parts/source.js';
import { tune } from './parts/tuning.js';
import { camelCased, weightsOf } from './parts/wire.js';

/** @import * as api from './simcse-lab.d.ts' */
/** @import { Plan } from './parts/plan.js' */
/** @import { Fields } from './parts/wire.js' */

export { SimCSEError };

const SITE = new URL('../', import.meta.url);
const ENCODING = ['weights', 'pooler', 'onProgress', 'signal'];
const FORMATS = { safetensors: 'Safetensors', zip: 'HuggingFaceZip' };

/** @implements {api.SimCSE} */
class Lab {
  #engine;
  /** @type {TrainingRun | null} The latest run. */
  #run = null;
  /** @type {api.Pooler | null} The pooler of the weights that the last run kept. */
  #trainedPooler = null;

  /**
   * @param {Engine} engine
   * @param {api.DeviceInfo} device
   * @param {api.ModelInfo} model
   */
  constructor(engine, device, model) {
    this.#engine = engine;
    this.device = device;
    this.model = model;
    engine.onNews = (name, fields) => {
      const run = this.#run;
      if (!run || run.over) return;
      run.receive(name, fields);
      if (run.over && run.keptStep > 0) this.#trainedPooler = run.pooler;
    };
    engine.onLoss = (error) => this.#run?.fail(error);
  }

  /** @param {api.LoadOptions} [options] */
  static async load(options) {
    const given = check.options(options, ['model', 'device', 'onProgress', 'signal', 'site'], 'load');
    const { model, device: wanted = 'auto', onProgress, signal, site = SITE } = /** @type {api.LoadOptions} */ (given);
    if (signal?.aborted) throw aborted(signal);
    const root = folderUrl(site, 'site');
    const engine = new Engine(new URL('worker_loader.js', root), check.oneOf(wanted, ['auto', 'gpu', 'cpu'], 'device'));
    try {
      const [device, { source, download }] = await Promise.all([engine.ready(signal), sourceOf(model, root, signal)]);
      await tune(engine, device, { onProgress, signal });
      if (download) {
        const cancel = () => 'CancelDownload';
        await engine.ask({ Download: { address: download } }, { onProgress, signal, cancel, patient: true });
      }
      const { report } = await engine.ask({ LoadModel: { source } }, { onProgress, signal });
      const info = /** @type {api.ModelInfo} */ (/** @type {unknown} */ (camelCased(report)));
      const { kind, name, threads, software } = device;
      return new Lab(engine, { kind, name, threads, software }, info);
    } catch (error) {
      engine.end(new SimCSEError('closed', 'The engine was ended, since its model could not be loaded.'));
      throw error;
    }
  }

  /**
   * @param {readonly string[]} sentences
   * @param {api.EmbedOptions} [options]
   */
  async embed(sentences, options) {
    const given = check.options(options, [...ENCODING, 'normalize'], 'embed');
    const { normalize = false } = given;
    if (typeof normalize !== 'boolean') throw check.wrong('normalize', normalize, 'true or false');
    const request = { sentences: check.sentences(sentences, 'sentences'), normalised: normalize };
    /** @type {Float32Array<ArrayBuffer> | undefined} */
    let data;
    /** @param {Fields} part */
    const onPart = ({ first, total, hidden, values, last }) => {
      // All in one part: nothing to put together.
      if (first === 0 && last) data = values;
      else (data ??= new Float32Array(total * hidden)).set(values, first * hidden);
    };
    const { part } = await this.#encode('Embed', request, given, onPart);
    return this.#matrix({ rows: part.total, columns: part.hidden, values: data, step: part.step });
  }

  /**
   * @param {readonly string[]} first
   * @param {readonly string[] | api.EncodeOptions} [second]
   * @param {api.EncodeOptions} [third]
   */
  async similarity(first, second, third) {
    const paired = Array.isArray(second);
    const given = check.options(paired ? third : second, ENCODING, 'similarity');
    const request = paired
      ? { queries: check.sentences(first, 'queries'), sentences: check.sentences(second, 'sentences') }
      : { queries: undefined, sentences: check.sentences(first, 'sentences') };
    const { result } = await this.#encode('Cosines', request, given);
    return this.#matrix(result);
  }

  /**
   * @param {api.TrainingData} data
   * @param {api.TrainOptions} [options]
   */
  train(data, options) {
    /** @type {Plan} */
    let plan;
    try {
      if (this.#run && !this.#run.over) throw new SimCSEError('busy', 'A run is under way; stop it first.');
      plan = planOf(data, options, this.model.pooler);
    } catch (error) {
      // Rejects instead of throwing, as everywhere else.
      const refused = new TrainingRun(this.#engine, {});
      refused.fail(/** @type {SimCSEError} */ (error));
      return refused;
    }
    const run = new TrainingRun(this.#engine, plan.how);
    this.#run = run;
    this.#begin(plan).catch((error) => run.fail(error));
    return run;
  }

  /** @param {Plan} plan */
  async #begin({ texts, pairs, recipe, from, how }) {
    const { report } = await this.#engine.ask(texts, how);
    await this.#engine.ask(pairs, how);
    const options = completed(recipe, report.kind !== 'Sentences');
    // From here on the signal stops the run, which keeps what it has reached.
    const { onProgress } = how;
    await this.#engine.ask({ Train: { options, start_from: from } }, { onProgress, until: 'RunStarted' });
  }

  /**
   * @param {api.GradedPairs} pairs
   * @param {api.EncodeOptions} [options]
   */
  async evaluate(pairs, options) {
    const given = check.options(options, ENCODING, 'evaluate');
    const source = pairs instanceof File ? { File: filesOf([pairs]) } : { Given: check.gradedPairs(pairs, 'pairs') };
    const { result } = await this.#encode('Score', { pairs: source }, given);
    const { spearman = null, alignment = null, uniformity = null, pairs: count } = result.scores;
    return { spearman, alignment, uniformity, pairs: count, step: result.step };
  }

  /**
   * @param {'safetensors' | 'zip'} format
   * @param {{ onProgress?: (progress: api.Progress) => void }} [options]
   */
  async export(format, options) {
    const { onProgress } = /** @type {api.LoadOptions} */ (check.options(options, ['onProgress'], 'export'));
    const chosen = FORMATS[check.oneOf(format, ['safetensors', 'zip'], 'format')];
    const { file } = await this.#engine.ask({ Export: { format: chosen } }, { onProgress });
    const type = format === 'zip' ? 'application/zip' : 'application/octet-stream';
    return new File([file.blob], file.name, { type });
  }

  /** @param {{ onProgress?: (progress: api.Progress) => void }} [options] */
  async recover(options) {
    const { onProgress } = /** @type {api.LoadOptions} */ (check.options(options, ['onProgress'], 'recover'));
    const lost = this.#run;
    const goesOn = lost?.pooler && this.#engine.resumable !== null;
    if (goesOn) this.#run = new TrainingRun(this.#engine, { onProgress, pooler: lost.pooler ?? undefined });
    await this.#engine.ask('Recover', { onProgress, until: goesOn ? 'Paused' : 'Ready' });
    return { run: goesOn ? this.#run : null };
  }

  close() {
    this.#engine.end(new SimCSEError('closed', 'The engine was closed.'));
  }

  /**
   * Sends a request that is encoded in portions and can be cancelled.
   * @param {string} name
   * @param {Fields} request
   * @param {Fields} options
   * @param {(part: Fields) => void} [onPart]
   */
  async #encode(name, request, { weights = 'current', pooler, onProgress, signal }, onPart) {
    const chosen = check.oneOf(weights, ['original', 'current'], 'weights');
    const fields = {
      ...request,
      weights: weightsOf(chosen),
      pooler: pooler === undefined ? this.#poolerOf(chosen) : check.oneOf(pooler, check.POOLERS, 'pooler'),
    };
    const cancel = (/** @type {number} */ id) => ({ CancelEncoding: { of: id } });
    return this.#engine.ask({ [name]: fields }, { onProgress, signal, onPart, cancel });
  }

  /** @param {'original' | 'current'} weights */
  #poolerOf(weights) {
    if (weights === 'original') return this.model.pooler;
    const running = this.#run?.over === false ? this.#run.pooler : null;
    return running ?? this.#trainedPooler ?? this.model.pooler;
  }

  /**
   * @param {Fields} table
   * @returns {api.Matrix}
   */
  #matrix({ rows, columns, values, step }) {
    return { data: values, shape: [rows, columns], step };
  }
}

/** @type {typeof api.SimCSE} */
export const SimCSE = { load: (options) => Lab.load(options) };
