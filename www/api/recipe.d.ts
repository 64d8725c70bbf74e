/** The options of a recipe, made from the table in src/train/options: WRITE=1 cargo test --lib javascript */

import type { Pooler } from './simcse-lab.js';

export interface Recipe {
  /**
   * How the second view of a sentence is made from it: crop:0.1, delete:0.1, delete-one, reorder, synonym,
   * mask:0.15, replace:0.15 or repeat:0.32. Without it, by dropout alone.
   */
  augmentation?: string;
  /** The ablation: both views of a sentence get the same dropout masks. Default: false. */
  fixedMask?: boolean;
  /**
   * Probability, for hidden states and attention probabilities alike. Expected: a number from 0 up to, but not, 1.
   * Default: 0.1.
   */
  dropout?: number;
  /** Peak of the schedule: linear to 0 after the warm-up. Expected: a number from 0 on. Default: 3e-5. */
  learningRate?: number;
  /** τ of the contrastive softmax. Expected: a number from 0.001 on. Default: 0.05. */
  temperature?: number;
  /**
   * Items N of a batch; each is encoded two or three times, and every other one is a negative. Expected: a whole
   * number from 1 to 1024. More costs time and memory. Default: 64.
   */
  batchSize?: number;
  /** What the vector is made of. Without it, the pooler of the model. */
  pooler?: Pooler;
  /**
   * The MLP head behind the pooler cls: train-only trains with it and drops it, keep keeps it, none goes without.
   * Without it, train-only for sentences and keep for pairs with the pooler cls, else none.
   */
  head?: 'train-only' | 'keep' | 'none';
  /**
   * one-way (the paper's): first views are matched with their second ones; symmetric: both ways; nt-xent: all among
   * all (SimCLR, arXiv 2002.05709). Default: one-way.
   */
  loss?: 'one-way' | 'symmetric' | 'nt-xent';
  /** w = ln α of the paper's eq. 8, added to each item's own hard-negative logit. Expected: a number. Default: 0. */
  hardNegativeWeight?: number;
  /**
   * Negatives with a larger cosine are taken for false ones and left out; 0: none. Expected: a number from 0 to 1.
   * Default: 0.
   */
  falseNegativeThreshold?: number;
  /**
   * Columns of the vectors to train on in turn, such as 384,128,64: the losses are summed, as sentence-transformers'
   * MatryoshkaLoss does (arXiv 2205.13147). Without it, all columns only.
   */
  matryoshka?: readonly number[];
  /**
   * Share of masked-language modelling in the loss; 0: none. Expected: a number from 0 on. More costs time and
   * memory. Default: 0.
   */
  mlmWeight?: number;
  /**
   * Ends after this many steps, whatever the epochs say; the schedule runs over them. Expected: a whole number from
   * 1 to 1000000000. More costs time.
   */
  steps?: number;
  /** Passes over the data. Expected: a whole number from 1 to 1000000. More costs time. Default: 1. */
  epochs?: number;
  /**
   * Tokens of a sentence, special tokens included; longer ones are cut. Expected: a whole number from 3 to 1000000.
   * More costs time and memory. Default: 32.
   */
  maxLength?: number;
  /** Steps over which the learning rate grows first. Expected: a whole number from 0 to 1000000000. Default: 0. */
  warmup?: number;
  /** AdamW's, of all weights but biases and LayerNorm (arXiv 1711.05101). Expected: a number from 0 on. Default: 0. */
  weightDecay?: number;
  /** Largest norm of the whole gradient; 0: any. Expected: a number from 0 on. Default: 1. */
  clip?: number;
  /**
   * Of dropout, order and whatever else is drawn: the same seed on the same device gives the same weights, bit for
   * bit. Expected: a whole number from 0 to 4294967295. Default: 42.
   */
  seed?: number;
  /**
   * Steps between evaluations; 0: only before the first and after the last. Expected: a whole number from 0 to
   * 1000000000. Default: 125.
   */
  evalEvery?: number;
  /**
   * Items encoded at a time, with all their views; 0: the whole batch. Fewer need less memory and one more forward
   * pass, and give the same gradients (GradCache, arXiv 2101.06983). Expected: a whole number from 0 to 1000000.
   * Default: 0.
   */
  microBatchSize?: number;
}
