// Works a page for a long time and sees that it does not grow.
//
// One visit trains run after run on the page itself; another, through the JavaScript API, makes one long run and encodes
// sentence after sentence. Memory is that of all of the browser's processes together, garbage collected first; on a GPU it
// is also what its buffers hold, those that were made and not destroyed.

import { fileURLToPath } from 'node:url';

import { withApi } from './api.mjs';
import { withPage } from './harness.mjs';
import { loadedAfter } from './loader.mjs';
import { browserMemory } from './memory.mjs';
import { Studio } from './studio.mjs';

/** Lets a program collect garbage. */
const flags = ['--js-flags=--expose-gc'];

// Counts the bytes of GPU buffers that are there, in the worker itself.
const files = loadedAfter(`
  self.bufferBytes = 0;
  if (globalThis.GPUDevice) {
    const { createBuffer } = GPUDevice.prototype;
    const { destroy } = GPUBuffer.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      buffer.counted = true;
      self.bufferBytes += buffer.size;
      return buffer;
    };
    GPUBuffer.prototype.destroy = function () {
      if (this.counted) self.bufferBytes -= this.size;
      this.counted = false;
      return destroy.call(this);
    };
  }
`);

/** Memory while `page` does what it does, a reading at a time. */
class Readings {
  static async of(page) {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.enable');
    return new Readings(page, session);
  }

  constructor(page, session) {
    Object.assign(this, { page, session, all: [] });
  }

  /** A reading after `work` runs, steps or sentences. */
  async take(work) {
    await this.session.send('HeapProfiler.collectGarbage');
    // The worker has a heap of its own; its threads have none, and wait.
    await this.page.workers()[0].evaluate(() => globalThis.gc());
    const processes = await browserMemory();
    const memory = [...processes.values()].reduce((sum, each) => sum + each, 0);
    const buffers = await this.page.workers()[0].evaluate(() => self.bufferBytes);
    this.all.push({ work, memory, processes, buffers: buffers / 2 ** 20 });
    return this.all.at(-1);
  }

  /**
   * Peak, and growth over all of the work by the line of least squares through the readings' later three quarters: caches
   * fill before. Growth is that of the processes that were there at every reading: now and then the browser starts one of
   * 100 MiB for a page that may be opened next, and ends it again.
   */
  summary() {
    // The first run brings what stays: the playground looks at the loaded weights beside the trained ones.
    const late = this.all.slice(Math.max(1, Math.floor(this.all.length / 4)));
    const lasting = [...late[0].processes.keys()].filter((id) => late.every(({ processes }) => processes.has(id)));
    const points = late.map(({ work, processes }) => [work, lasting.reduce((sum, id) => sum + processes.get(id), 0)]);
    return {
      peak: Math.max(...this.all.map(({ memory }) => memory)),
      growth: slope(points) * (late.at(-1).work - late[0].work),
      buffers: Math.max(...this.all.map(({ buffers }) => buffers)),
      bufferGrowth: Math.max(...late.map(({ buffers }) => buffers)) - late[0].buffers,
      readings: this.all.map(({ work, processes, buffers }) => ({ work, processes: Object.fromEntries(processes), buffers })),
    };
  }
}

/** Slope of the least-squares line through points `[x, y]`. */
function slope(points) {
  const mean = (of) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const under = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

/** Runs of `steps` steps one after another in one visit of the page. */
export async function soakRuns({ device, runs, steps, say = () => {} }) {
  let summary;
  await withPage({ files, flags, path: `?device=${device}` }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadTinyTexts();
    await studio.recipe({ 'batch-size': 2, steps, 'eval-every': Math.max(1, Math.floor(steps / 4)), seed: 5 });
    // A short run may be over before one can look.
    await page.evaluate(() => {
      const phase = document.querySelector('.run-phase');
      let before = '';
      globalThis.finished = 0;
      new MutationObserver(() => {
        const ended = phase.textContent.startsWith('Finished');
        if (ended && !before.startsWith('Finished')) globalThis.finished += 1;
        before = phase.textContent;
      }).observe(phase, { childList: true, characterData: true, subtree: true });
    });
    const readings = await Readings.of(page);
    for (let run = 1; run <= runs; run += 1) {
      await studio.train();
      await page.waitForFunction((runs) => globalThis.finished >= runs, run);
      const { memory, buffers } = await readings.take(run);
      say(`run ${run} of ${runs}: ${memory.toFixed(0)} MiB, buffers ${buffers.toFixed(1)} MiB`);
    }
    summary = readings.summary();
  });
  return summary;
}

/** One long run. */
export async function soakSteps({ device, steps, say }) {
  return soakProgram(device, steps, say, async (page) => {
    await page.evaluate((steps) => {
      globalThis.run = lab.train(lines(100), { steps, batchSize: 4, learningRate: 1e-4 });
      globalThis.done = 0;
      run.addEventListener('step', ({ detail }) => (globalThis.done = detail.step));
      globalThis.ended = run.then(() => (globalThis.done = steps));
    }, steps);
    return (_, to) => page.waitForFunction((wanted) => globalThis.done >= wanted, to, { polling: 200 });
  });
}

/** Sentences encoded one by one, a request each. */
export async function soakEncodings({ device, encodings, say }) {
  return soakProgram(device, encodings, say, (page) => (...portion) =>
    page.evaluate(async ([from, to]) => {
      for (let n = from; n < to; n += 1) await lab.embed([`sentence ${n} is near ${n % 7} others`]);
    }, portion));
}

/** `begin` takes the page, and returns what does the work from one number to another. */
async function soakProgram(device, total, say = () => {}, begin) {
  const portion = Math.max(1, Math.floor(total / 40));
  let summary;
  await withApi({ files, flags }, async (page) => {
    await page.evaluate(async (device) => {
      globalThis.lab = await SimCSE.load({ device });
    }, device);
    const readings = await Readings.of(page);
    const work = await begin(page);
    for (let done = portion; done <= total; done += portion) {
      await work(done - portion, done);
      const { memory, buffers } = await readings.take(done);
      say(`${done} of ${total}: ${memory.toFixed(0)} MiB, buffers ${buffers.toFixed(1)} MiB`);
    }
    summary = readings.summary();
  });
  return summary;
}

// `node tests/e2e/soak.mjs RUNS STEPS ENCODINGS`, on the CPU; on a GPU that the CPU imitates a tenth of it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [runs, steps, encodings] = process.argv.slice(2).map(Number);
  const found = [];
  for (const [device, part] of [['cpu', 1], ['gpu', 10]]) {
    const of = (work) => Math.max(4, Math.floor(work / part));
    for (const [what, soak] of [
      [`${of(runs)} runs`, (say) => soakRuns({ device, runs: of(runs), steps: device === 'cpu' ? 200 : 4, say })],
      [`${of(steps)} steps`, (say) => soakSteps({ device, steps: of(steps), say })],
      [`${of(encodings)} encodings`, (say) => soakEncodings({ device, encodings: of(encodings), say })],
    ]) {
      const { peak, growth, buffers, bufferGrowth } = await soak((line) => console.log(`${device}, ${what}: ${line}`));
      const memory = `peak ${peak.toFixed(0)} MiB, growth ${growth.toFixed(1)} MiB`;
      found.push(`${device}, ${what}: ${memory}; GPU buffers at most ${buffers.toFixed(1)} MiB, growth ${bufferGrowth.toFixed(2)} MiB`);
    }
  }
  console.log(`\n${found.join('\n')}`);
}
