/** Runs: what they train on and how, and what comes of them. */

import type { GradedPairs, Pooler, Progress, SimCSEError } from './simcse-lab.js';

/** Sentences, pairs of sentence and positive, triplets with a hard negative, or a file of either. */
export type TrainingData =
  | readonly string[]
  | readonly (readonly [string, string])[]
  | readonly (readonly [string, string, string])[]
  | File;

/** The recipe, and what goes with it. What is left out is the paper's for unsupervised BERT-base, but for the pooler. */
export interface TrainOptions extends Recipe {
  /** Pairs to evaluate on, before the first step and then every `evalEvery`: the best weights by Spearman are kept. */
  evaluation?: GradedPairs;
  /** `current` goes on from what was trained last. Default: `original`. */
  startFrom?: 'original' | 'current';
  /** Hears of preparing and of evaluations under way. */
  onProgress?: (progress: Progress) => void;
  /** Stops the run as `stop()` does, and lets it reject with `aborted`. */
  signal?: AbortSignal;
}

export interface Recipe {
  /** Items of a batch, 1 to 1024; every other item of it is a negative. Default: 64. */
  batchSize?: number;
  /** Peak of the schedule, which falls to 0 in a line. Default: 3e-5. */
  learningRate?: number;
  /** τ of the contrastive softmax, from 0.001. Default: 0.05. */
  temperature?: number;
  /** Passes over the data. Default: 1. */
  epochs?: number;
  /** Ends after so many steps, whatever `epochs` says. Default: none. */
  steps?: number;
  /** Tokens of a sentence, special tokens included; longer ones are cut. Default: 32. */
  maxLength?: number;
  /** Default: the one that the model was made for. */
  pooler?: Pooler;
  /**
   * The head behind the pooler `cls`: `train-only` trains with it and drops it, `keep` keeps it, `none` goes without.
   * Default: `train-only` for sentences, `keep` for pairs and triplets, `none` with any other pooler.
   */
  head?: 'train-only' | 'keep' | 'none';
  /** Probability, for hidden states and attention alike; 0 up to, but not, 1. Default: 0.1. */
  dropout?: number;
  /** Same seed, same device, same weights, bit for bit. Default: 42. */
  seed?: number;
  /** Steps between evaluations; 0: only before the first and after the last. Default: 125. */
  evalEvery?: number;
  /** Steps over which the learning rate grows first. Default: 0. */
  warmup?: number;
  /** AdamW's. Default: 0. */
  weightDecay?: number;
  /** Largest norm of the whole gradient; 0: any. Default: 1. */
  clip?: number;
  /** ln α of the paper's eq. 8, added to each triplet's own hard-negative logit. Default: 0. */
  hardNegativeWeight?: number;
  /**
   * Who looks for whom: first sentences for second ones, both, or all among all (SimCLR's). Default: `one-way`.
   */
  loss?: 'one-way' | 'symmetric' | 'nt-xent';
  /** Negatives with a larger cosine are left out; 0: none. Default: 0. */
  falseNegativeThreshold?: number;
  /** Sums the losses of the vectors' first so many columns, multiples of 4. Default: all columns only. */
  matryoshka?: readonly number[];
  /** The ablation: both views of a sentence get the same dropout masks. Default: `false`. */
  fixedMask?: boolean;
  /**
   * How the second view of a sentence is made from it: `crop`, `delete`, `delete-one`, `reorder`, `synonym`, `mask`,
   * `replace` or `repeat`, with a colon and a share where it has one (`crop:0.1`). Default: it is the sentence itself.
   */
  augmentation?: string;
  /** Share of masked-language modelling in the loss. Default: 0. */
  mlmWeight?: number;
  /** Items encoded at a time (GradCache): less memory, one more forward pass, same result; 0: all. Default: 0. */
  microBatchSize?: number;
}

/**
 * A run. It is three things at once:
 *
 * - a promise of its end: `const end = await run`;
 * - what `for await (const event of run)` goes through, from where it begins to listen; leaving the loop does not stop
 *   the run, and an error that ends the run is thrown there;
 * - a target of events: `run.addEventListener('step', ({ detail }) => …)`.
 */
export interface TrainingRun extends PromiseLike<TrainingEnd>, AsyncIterable<TrainingEvent> {
  then<A = TrainingEnd, B = never>(
    onEnd?: ((end: TrainingEnd) => A | PromiseLike<A>) | null,
    onRejected?: ((error: SimCSEError) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  catch<T = never>(onRejected?: ((error: SimCSEError) => T | PromiseLike<T>) | null): Promise<TrainingEnd | T>;
  finally(onFinally?: (() => void) | null): Promise<TrainingEnd>;

  /** After the step at hand; settles when the run has paused, or is over. */
  pause(): Promise<void>;
  /** Settles when the run goes on, or is over. */
  resume(): Promise<void>;
  /** After the step at hand. What has been reached is kept, and the run ends with the reason `stopped`. */
  stop(): Promise<TrainingEnd>;

  addEventListener<K extends keyof TrainingEvents>(
    type: K,
    listener: (event: CustomEvent<TrainingEvents[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof TrainingEvents>(
    type: K,
    listener: (event: CustomEvent<TrainingEvents[K]>) => void,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** What listeners hear of, by the event's type. */
export interface TrainingEvents {
  started: TrainingStarted;
  step: TrainingStep;
  evaluation: TrainingEvaluation;
  paused: TrainingPaused;
  resumed: TrainingResumed;
  end: TrainingEnd;
  /** Instead of `end`. Loops and promises throw it. */
  error: SimCSEError;
}

/** What a loop over a run goes through; the last one is its end. */
export type TrainingEvent =
  | TrainingStarted
  | TrainingStep
  | TrainingEvaluation
  | TrainingPaused
  | TrainingResumed
  | TrainingEnd;

/** All is prepared; steps follow. */
export interface TrainingStarted {
  type: 'started';
  /** Steps of the whole run. */
  total: number;
  /** Bytes of the device's memory for weights, optimizer and activations. */
  gpuBytes: number;
}

export interface TrainingStep {
  type: 'step';
  /** From 1. */
  step: number;
  loss: number;
  learningRate: number;
  /** Before clipping. */
  gradientNorm: number;
  /** Tokens encoded, all views. */
  tokens: number;
  /** Time in steps since the run began, pauses and evaluations left out. */
  seconds: number;
}

export interface TrainingEvaluation {
  type: 'evaluation';
  /** Steps done; 0 before the first. */
  step: number;
  /** See {@link Evaluation}. */
  spearman: number | null;
  alignment: number | null;
  uniformity: number | null;
  /** Whether this is the highest Spearman of the run so far; never where it is undefined. */
  best: boolean;
}

export interface TrainingPaused {
  type: 'paused';
  /** Steps done. */
  step: number;
}

export interface TrainingResumed {
  type: 'resumed';
  step: number;
}

export interface TrainingEnd {
  type: 'end';
  reason: 'completed' | 'stopped';
  /** Steps done. */
  step: number;
  /** The step whose weights are kept: the best by Spearman, else the last; 0: none of this run. */
  keptStep: number;
  /** How the current weights are to be pooled. */
  pooler: Pooler;
}
