// Memory of the whole browser and main-thread tasks during a long run of a tiny model.
// node bench/page/memory.mjs [--steps 1000]

import { readFile, readdir } from 'node:fs/promises';

import { loadTexts, measure, options } from './common.mjs';

const { steps, every } = options({ steps: '1000', every: '100' });

/** Resident bytes of this process's descendants: browser, renderer, GPU. */
async function resident() {
  const processes = new Map();
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined);
    const status = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => undefined);
    if (!stat || !status) continue;
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    processes.set(id, { parent, kib: Number(status.match(/^Pss:\s+(\d+)/m)?.[1] ?? 0) });
  }
  const ours = (id) => id === String(process.pid) || (processes.has(id) && ours(processes.get(id).parent));
  let kib = 0;
  for (const [id, { kib: own }] of processes) if (id !== String(process.pid) && ours(id)) kib += own;
  return Math.round(kib / 1024);
}

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
    console.log(JSON.stringify({ step, residentMiB: await resident() }));
  }
  await studio.phase('Finished');
  console.log(JSON.stringify({ mainThreadTasksOver50ms: await page.evaluate(() => globalThis.longTasks) }));
});
