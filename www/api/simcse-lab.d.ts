/**
 * SimCSE Lab's engine from JavaScript: sentence encoders on the visitor's own GPU or CPU, trained contrastively
 * (SimCSE, arXiv 2104.08821) without a server.
 *
 * ```js
 * import { SimCSE } from './api/simcse-lab.js';
 *
 * const lab = await SimCSE.load();
 * const { data, shape } = await lab.embed(['A cat sleeps.', 'A kitten naps.']);
 * const run = lab.train(sentences, { steps: 100, evaluation: pairs });
 * for await (const event of run) console.log(event);
 * const weights = await lab.export('safetensors');
 * lab.close();
 * ```
 *
 * The engine is a Web Worker beside this folder, the one that the site's own page uses; a page that imports this module
 * must come from the same origin. Every promise that rejects does so with a {@link SimCSEError}.
 *
 * @packageDocumentation
 */

import type { TrainingData, TrainingRun, TrainOptions } from './training.js';

export type * from './training.js';

// ---------------------------------------------------------------------------------------------------------- loading

/** Loads encoders. */
export declare const SimCSE: {
  /**
   * Starts an engine in a worker of its own and loads a BERT or RoBERTa into it.
   *
   * @throws {@link SimCSEError} `no-webgpu` where a GPU was asked for and there is none, `model` for files that are not
   * a model that the engine runs, `network` for what could not be fetched.
   */
  load(options?: LoadOptions): Promise<SimCSE>;
};

export interface LoadOptions {
  /** Default: the first model of the site's list, `models/index.json`. */
  model?: ModelSource;
  /**
   * What computes. Default: `'auto'`, a real GPU, or the cores of the CPU where there is none. `'gpu'` fails without a
   * GPU.
   */
  device?: 'auto' | 'gpu' | 'cpu';
  /** Called with the progress of downloading, reading and compiling. */
  onProgress?: (progress: Progress) => void;
  /** Aborts loading. */
  signal?: AbortSignal;
  /**
   * The site's folder, with `worker_loader.js` in it; same origin as the page. Default: the folder above this module's.
   */
  site?: string | URL;
}

/**
 * A model:
 *
 * - `'models/NAME'`: one of the site's list, by its folder or name.
 * - `File`s of a folder in the form of `transformers`, sentence-transformers or a SimCSE checkpoint, as an
 *   `<input type="file" webkitdirectory>` gives them: `config.json`, weights as safetensors, `tokenizer.json` (or
 *   `vocab.txt`, or `vocab.json` with `merges.txt`).
 * - {@link ModelFolder}: such a folder on a server.
 * - {@link HubModel}: one on the Hugging Face hub.
 */
export type ModelSource = string | FileList | readonly File[] | ModelFolder | HubModel;

/** A folder on this server, or on one that allows it (CORS). */
export interface ModelFolder {
  /** The folder's address; a relative one starts at the page's. */
  url: string | URL;
  /** Names of its files. Default: `config.json`, `model.safetensors` and `tokenizer.json`. */
  files?: readonly string[];
}

/**
 * A model on the Hugging Face hub. Its files are kept in the browser's storage, so that loading it again needs no
 * network. The site's page lists what is kept and can remove it.
 */
export interface HubModel {
  /** `owner/name` or `owner/name@revision`. */
  hub: string;
  /** Another hub of the same layout. Default: `https://huggingface.co`. */
  from?: string | URL;
}

/** The progress of a request. */
export interface Progress {
  /**
   * `downloading` (from a hub), `fetching` (from a site) and `reading` count bytes; `tokenising`, `encoding` and
   * `evaluating` sentences; `compiling` shaders and pipelines; `preparing`, `measuring` (which kernels are fastest
   * here, once per device) and `writing` nothing.
   */
  stage:
    | 'downloading'
    | 'fetching'
    | 'reading'
    | 'preparing'
    | 'measuring'
    | 'compiling'
    | 'tokenising'
    | 'encoding'
    | 'evaluating'
    | 'writing';
  done: number;
  /** `null` where it is not known beforehand. */
  total: number | null;
  /** Estimated from the speed so far; `null` for all but downloads. */
  secondsLeft: number | null;
}

// ---------------------------------------------------------------------------------------------------------- the lab

/** An encoder on a device, with its loaded and its trained weights. */
export interface SimCSE {
  /** What was loaded. */
  readonly model: ModelInfo;
  /** What it runs on. */
  readonly device: DeviceInfo;

  /**
   * Vectors of any number of sentences, encoded in batches without dropout. A long request does not block others: they
   * take turns. A run waits for it. Sentences longer than the model's positions are cut.
   */
  embed(sentences: readonly string[], options?: EmbedOptions): Promise<Matrix>;

  /** Cosine of every sentence with every other, `[sentences, sentences]`. */
  similarity(sentences: readonly string[], options?: EncodeOptions): Promise<Matrix>;
  /** Cosine of every query with every sentence, `[queries, sentences]`. */
  similarity(queries: readonly string[], sentences: readonly string[], options?: EncodeOptions): Promise<Matrix>;

  /**
   * Starts a run and returns at once; see {@link TrainingRun}. One at a time.
   *
   * The data decides the objective: sentences train unsupervised, each being its own positive under another dropout
   * mask; pairs (sentence, positive) and triplets (sentence, positive, hard negative) train supervised. A `File` holds
   * one sentence per line, or is a `.csv` or `.tsv` with the columns `sent0`, `sent1` and optionally `hard_neg`.
   */
  train(data: TrainingData, options?: TrainOptions): TrainingRun;

  /** Scores the weights on graded pairs; a run under way waits for it. */
  evaluate(pairs: GradedPairs, options?: EncodeOptions): Promise<Evaluation>;

  /**
   * The trained weights: the current ones of a run under way, else those that the last run kept. `safetensors` is the
   * weights alone; `zip` is a folder that `transformers` and sentence-transformers load, with the recipe and a script
   * that continues the training. The `File` has a name to offer it under.
   *
   * @throws {@link SimCSEError} `state` where nothing has been trained.
   */
  export(format: 'safetensors' | 'zip', options?: { onProgress?: (progress: Progress) => void }): Promise<File>;

  /**
   * Opens a new device after a {@link SimCSEError} `device-lost`. The model and trained weights are still there.
   * Resolves with the run that was lost with the device, paused at its last copy in memory (at most a minute old), or
   * with `null` where there is none to go on with.
   */
  recover(options?: { onProgress?: (progress: Progress) => void }): Promise<{ run: TrainingRun | null }>;

  /** Ends the engine and frees the device. What is still under way rejects with `closed`. */
  close(): void;
}

export interface ModelInfo {
  name: string;
  /** Number of parameters. */
  parameters: number;
  layers: number;
  hiddenSize: number;
  attentionHeads: number;
  vocabulary: number;
  /** Tokens of the longest sentence, special tokens included. */
  maxPositions: number;
  /** Type of the weights in the file: `F32`, `F16` or `BF16`. */
  dtype: string;
  /** Optional tensors that the file does not have. */
  missing: string[];
  /** Keys of the file that were not used. */
  unused: string[];
  /** The pooler that the model's own files say it was made for, else `avg`. */
  pooler: Pooler;
  /** Sentences on what was ignored in its files. */
  notes: string[];
  /** Whether the pooler `cls` can be used before training. */
  hasHead: boolean;
}

export interface DeviceInfo {
  kind: 'gpu' | 'cpu';
  /** As far as the browser tells. */
  name: string;
  /** Threads of the CPU that compute; 0 on a GPU. */
  threads: number;
  /** Whether it is a GPU emulated on the CPU: correct, but slower than the CPU itself. */
  software: boolean;
}

// --------------------------------------------------------------------------------------------------------- encoding

/**
 * How token states become a sentence vector: the first token's state through the head (`cls`) or as it is
 * (`cls_before_pooler`), or the mean over all tokens of the last layer (`avg`), of the last two (`avg_top2`) or of the
 * first and the last (`avg_first_last`). `own`: what the model's own sentence-transformers modules compute, where that
 * is none of these; its vectors may be wider than the model, and it cannot be trained.
 */
export type Pooler = 'cls' | 'cls_before_pooler' | 'avg' | 'avg_top2' | 'avg_first_last' | 'own';

export interface EncodeOptions {
  /** `original`: as loaded. `current`: as trained so far, the same before the first run. Default: `current`. */
  weights?: 'original' | 'current';
  /** Default: the pooler that the model was made for; for trained weights, the one they were trained with. */
  pooler?: Pooler;
  onProgress?: (progress: Progress) => void;
  /** Aborts the request; its promise rejects with `aborted`. */
  signal?: AbortSignal;
}

export interface EmbedOptions extends EncodeOptions {
  /** Whether vectors are divided by their length, so that dot products are cosines. Default: `false`. */
  normalize?: boolean;
}

/** A matrix of numbers. */
export interface Matrix {
  /** Row after row. */
  data: Float32Array<ArrayBuffer>;
  /** Rows and columns. */
  shape: [number, number];
  /** Steps of training behind the weights; 0: as loaded. */
  step: number;
}

// ------------------------------------------------------------------------------------------------------- evaluation

/**
 * Pairs of sentences with human similarity scores, usually from 0 to 5; alignment is measured on those above 4. Or a
 * file of them, in the layouts of STS-B and SICK, or with the columns or JSON fields `sentence1`, `sentence2`, `score`.
 */
export type GradedPairs = readonly (readonly [string, string, number])[] | File;

/** Scores on graded pairs; `null` where a number is undefined, for example because vectors contain NaN. */
export interface Evaluation {
  /**
   * Spearman's rank correlation of cosines and scores, × 100; higher is better. Undefined for fewer than two pairs, and
   * where cosines or scores are all the same.
   */
  spearman: number | null;
  /** Mean squared distance of the pairs scored above 4; lower is better. Undefined where there are none. */
  alignment: number | null;
  /** log mean exp(−2 d²) over all pairs of sentences; lower is better. */
  uniformity: number | null;
  /** How many pairs. */
  pairs: number;
  /** Steps of training behind the weights; 0: as loaded. */
  step: number;
}

// ----------------------------------------------------------------------------------------------------------- errors

/** What went wrong: a `code` for programs, a `message` for people, with advice where something can be done. */
export declare class SimCSEError extends Error {
  constructor(code: SimCSEErrorCode, message: string, options?: ErrorOptions);
  readonly name: 'SimCSEError';
  readonly code: SimCSEErrorCode;
}

/**
 * - `input`: sentences, pairs or options that cannot be used as they are;
 * - `model`: files that are not a model that the engine runs, or not a whole one;
 * - `state`: something is missing first, for example trained weights;
 * - `busy`: something else has to end first, for example a run;
 * - `network`: a server, the connection, or the browser's storage;
 * - `memory`: too large for this device or tab;
 * - `diverged`: the loss is no longer a number; the best weights are kept;
 * - `no-webgpu`: a GPU was asked for (`device: 'gpu'`), there is none, and the message says why;
 * - `device-lost`: the device went away; see {@link SimCSE.recover};
 * - `aborted`: by the caller's signal, whose reason is the `cause`;
 * - `closed`: by `close()`;
 * - `engine`: the engine did not start, or stopped.
 */
export type SimCSEErrorCode =
  | 'input'
  | 'model'
  | 'state'
  | 'busy'
  | 'network'
  | 'memory'
  | 'diverged'
  | 'no-webgpu'
  | 'device-lost'
  | 'aborted'
  | 'closed'
  | 'engine';
