// Memory of the whole browser and main-thread tasks during a long run of a tiny model.
// node bench/page/memory.mjs [--steps 1000]

import { browserMemory } from '../../tests/e2e/memory.mjs';
import { measure, options } from './common.mjs';

const { steps, every } = options({ steps: '1000', every: '100' });

await measure(async (studio, page) => {
  await studio.loadTinyModel();
  await studio.loadSamples();
  await page.evaluate(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) globalThis.longTasks.push(Math.round(task.duration));
    }).observe({ type: 'longtask' });
  });
  await studio.recipe({ steps, 'batch-size': 16, 'eval-every': 250, pooler: 'avg: mean of all tokens' });
  await studio.train();
  for (let step = Number(every); step <= Number(steps); step += Number(every)) {
    await studio.reach(step);
    console.log(JSON.stringify({ step, residentMiB: Math.round(await browserMemory()) }));
  }
  await studio.phase('Finished');
  console.log(JSON.stringify({ mainThreadTasksOver50ms: await page.evaluate(() => globalThis.longTasks) }));
});
