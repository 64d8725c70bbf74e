// Spearman, alignment and uniformity of a model as loaded, computed in the browser.
// node bench/page/sts.mjs --sts sts-dev.csv [--model DIR] [--pooler "avg: mean of all tokens"]

import { loadModel, loadTexts, measure, options } from './common.mjs';

const { model, sts } = options({ model: '', sts: undefined });

await measure(async (studio) => {
  await loadModel(studio, model);
  await loadTexts(studio, { sts });
  const started = performance.now();
  const scores = await studio.evaluate();
  console.log(JSON.stringify({ ...scores, seconds: Math.round((performance.now() - started) / 1000) }));
});
