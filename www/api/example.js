// Loads a model, encodes, trains, evaluates and exports: the program that the example page runs and shows.

import { SimCSE } from './simcse-lab.js';
import { sentences, view } from './example-view.js';

view.onRun(async () => {
  const lab = await SimCSE.load({ onProgress: view.progress });
  view.vectors(await lab.embed(sentences));
  view.cosines(await lab.similarity(sentences));

  const { text, pairs } = await view.files();
  view.scores('as loaded', await lab.evaluate(pairs));
  const recipe = { steps: 20, batchSize: 8, evalEvery: 10 };
  const run = lab.train(text, { ...recipe, evaluation: pairs });
  view.onStop(() => run.stop());
  for await (const event of run) view.event(event);
  view.scores('as trained', await lab.evaluate(pairs));

  view.offer(await lab.export('zip'));
  lab.close();
});
