// The options of a recipe, made from the table in src/train/options: WRITE=1 cargo test --lib javascript

/**
 * What each option holds, and the names that it can be.
 * @type {Record<string, { kind: string, names?: readonly string[] }>}
 */
export const OPTIONS = {
  augmentation: { kind: 'augmentation', names: ['crop', 'delete', 'delete-one', 'reorder', 'synonym', 'mask', 'replace', 'repeat'] },
  fixedMask: { kind: 'flag' },
  dropout: { kind: 'number' },
  learningRate: { kind: 'number' },
  temperature: { kind: 'number' },
  batchSize: { kind: 'whole' },
  pooler: { kind: 'choice', names: ['cls', 'cls_before_pooler', 'avg', 'avg_top2', 'avg_first_last'] },
  head: { kind: 'choice', names: ['train-only', 'keep', 'none'] },
  loss: { kind: 'choice', names: ['one-way', 'symmetric', 'nt-xent'] },
  hardNegativeWeight: { kind: 'number' },
  falseNegativeThreshold: { kind: 'number' },
  matryoshka: { kind: 'wholes' },
  mlmWeight: { kind: 'number' },
  steps: { kind: 'whole' },
  epochs: { kind: 'whole' },
  maxLength: { kind: 'whole' },
  warmup: { kind: 'whole' },
  weightDecay: { kind: 'number' },
  clip: { kind: 'number' },
  seed: { kind: 'whole' },
  evalEvery: { kind: 'whole' },
  microBatchSize: { kind: 'whole' },
};
