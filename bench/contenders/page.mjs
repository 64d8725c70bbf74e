// The page of every contender: prepares a task, checks its result, and times it when the driver says so.

import { snapshot } from './count.mjs';
import { put } from './exchange.mjs';
import { difference, matmulError, matrix, readSafetensors } from './inputs.mjs';

const TOLERANCE = { matmul: 1e-4, encode: 1e-3, train: 1e-3 };
const CHECK_RECIPE = { dropout: 0, learningRate: 1e-3 };
const RECIPE = { dropout: 0.1, learningRate: 3e-5 };

const buffer = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.arrayBuffer();
};
const json = async (url) => JSON.parse(new TextDecoder().decode(await buffer(url)));

/** Compares with what the engine left there, or leaves it there. */
async function compare(task, values, distance) {
  if (task.isReference) {
    await put(task.reference, new Uint8Array(Float32Array.from(values).buffer));
    return 0;
  }
  return distance(new Float32Array(await buffer(task.reference)), values);
}

async function timed(run) {
  const before = performance.now();
  const value = await run();
  return { value, ms: performance.now() - before };
}

const weightsOf = async (contender, task) => {
  const bytes = await buffer(task.weights);
  return contender.rawWeights ? new Uint8Array(bytes) : readSafetensors(bytes);
};

const prepare = {
  async matmul(contender, task) {
    const [a, b] = [matrix(task.m * task.k, 1), matrix(task.k * task.n, 2)];
    const product = await contender.matmul(task, a, b);
    await product.run(1);
    const error = matmulError(task, a, b, await product.result());
    const { ms } = await timed(() => product.run(1));
    return { error, ms, run: (count) => product.run(count) };
  },

  async encode(contender, task) {
    const encoder = await contender.encode(task, await weightsOf(contender, task));
    const { rows, sentences } = await json(task.rows);
    const all = (numbers) => ({
      rows: numbers.map((row) => rows[row]),
      sentences: sentences && numbers.map((row) => sentences[row]),
    });
    const few = all(task.checked);
    const vectors = await encoder.run(few);
    const error = await compare(task, vectors, difference);
    const { ms } = await timed(() => encoder.run(few));
    return { error, ms, run: (numbers) => encoder.run(all(numbers)), bytes: await encoder.bytes?.() };
  },

  async train(contender, task) {
    const weights = await weightsOf(contender, task);
    const { rows } = await json(task.rows);
    const run = await contender.train(task, weights, rows);
    await run.start(CHECK_RECIPE);
    const [first] = await run.steps(1);
    const { value, ms } = await timed(() => run.steps(1));
    const losses = [first, value[0]];
    const relative = (ours, theirs) =>
      difference(Float64Array.of(1, 1), Float64Array.from(theirs, (loss, at) => loss / ours[at]));
    const error = await compare(task, losses, relative);
    await run.start(RECIPE);
    await run.steps(1);
    return { error, ms, losses, run: (count) => run.steps(count), bytes: await run.bytes?.() };
  },
};

/** The first step's loss since navigation began. */
async function firstStep(contender, task) {
  await contender.open();
  // As its page does while the visitor's model is on its way.
  contender.warmUp?.(task);
  const run = await contender.train(task, await weightsOf(contender, task), (await json(task.rows)).rows);
  await run.start(RECIPE);
  const [loss] = await run.steps(1);
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  globalThis.first = { ms: performance.now(), loss };
}

/** Hands the contender over to the driver. */
export function offer(contender) {
  let ready;
  globalThis.bench = {
    async open(task) {
      await contender.open();
      const { run, ...facts } = await prepare[task.kind](contender, task);
      ready = run;
      return { ...facts, passed: facts.error <= TOLERANCE[task.kind], tolerance: TOLERANCE[task.kind] };
    },
    /** Runs `work` (repetitions, or numbers of rows) and counts what it took. */
    async run(work) {
      const counted = contender.counts ?? snapshot;
      const before = await counted();
      const { ms } = await timed(() => ready(work));
      const after = await counted();
      const counts = Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
      return { ms, counts };
    },
    call: (name, ...given) => contender[name](...given),
  };
  const task = new URLSearchParams(location.search).get('first');
  if (task) {
    json(task)
      .then((task) => firstStep(contender, task))
      .catch((error) => {
        globalThis.first = { failed: String(error?.stack ?? error) };
      });
  }
}

/** The variant that the page's address asks for, such as `webgpu`. */
export const variant = new URLSearchParams(location.search).get('variant');
