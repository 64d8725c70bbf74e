/** Runs: what they train on and how, and what comes of them. */

import type { Recipe } from './recipe.js';
import type { GradedPairs, Pooler, Progress, SimCSEError } from './simcse-lab.js';

export type { Recipe } from './recipe.js';

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
