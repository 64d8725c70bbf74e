// Makes the engine's requests out of the arguments of train().

import * as check from './check.js';
import { RECIPE, recipe } from './recipe.js';
import { filesOf } from './source.js';
import { weightsOf } from './wire.js';

/** @import * as api from '../simcse-lab.js' */

/** @typedef {ReturnType<typeof planOf>} Plan */

const OPTIONS = [...RECIPE, 'evaluation', 'startFrom', 'onProgress', 'signal'];

/** @param {File} file */
const fileOf = (file) => ({ source: filesOf([file]) });

/**
 * @param {api.TrainingData} data
 * @param {api.TrainOptions | undefined} options
 * @param {api.Pooler} modelPooler
 */
export function planOf(data, options, modelPooler) {
  const given = check.options(options, OPTIONS, 'train');
  const { onProgress, signal, evaluation, startFrom = 'original' } = /** @type {api.TrainOptions} */ (given);
  return {
    texts: data instanceof File ? { LoadTraining: fileOf(data) } : { GiveTraining: { items: check.trainingItems(data) } },
    pairs: evaluationOf(evaluation),
    recipe: recipe(given, modelPooler),
    from: weightsOf(check.oneOf(startFrom, ['original', 'current'], 'startFrom')),
    how: { onProgress, signal },
  };
}

/** @param {api.GradedPairs | undefined} pairs */
function evaluationOf(pairs) {
  if (pairs === undefined) return 'ClearEvaluation';
  if (pairs instanceof File) return { LoadEvaluation: fileOf(pairs) };
  return { GiveEvaluation: { pairs: check.gradedPairs(pairs, 'evaluation') } };
}
