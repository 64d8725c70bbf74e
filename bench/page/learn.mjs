// An unsupervised run in the browser: the scores before, during and after it.
// node bench/page/learn.mjs --model DIR --data wiki.txt --sts sts-dev.csv [--steps 60 --eval-every 30 …]

import { loadModel, loadTexts, measure, options } from './common.mjs';

const given = options({
  model: '',
  data: undefined,
  sts: undefined,
  steps: '60',
  'eval-every': '30',
  'batch-size': '32',
  'learning-rate': '3e-5',
  'max-length': '32',
  pooler: 'avg: mean of all tokens',
  seed: '42',
});

await measure(async (studio, page) => {
  const { model, data, sts, ...recipe } = given;
  await loadModel(studio, model);
  await loadTexts(studio, { data, sts });
  await studio.recipe(recipe);
  await studio.train();
  await studio.phase('Finished');
  for (const evaluation of await studio.evaluations()) console.log(JSON.stringify(evaluation));
  console.log(JSON.stringify({ run: (await page.locator('.run-bar').innerText()).replaceAll('\n', ' · ') }));
});
