// The engine of this repository, in a worker of its own (engine.mjs). The variant says what computes: `cpu` on all cores,
// `cpu-1` on one, `gpu`.

import { put } from './exchange.mjs';
import { offer, variant } from './page.mjs';

const worker = new Worker('/generated/ours/engine.js', { type: 'module' });
const waiting = new Map();
let last = 0;

worker.onmessage = ({ data: { id, value, failed } }) => {
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (failed === undefined) resolve(value);
  else reject(new Error(failed));
};
worker.onerror = (event) => waiting.forEach(({ reject }) => reject(new Error(event.message || 'the engine did not load')));

const ask = (call, ...given) =>
  new Promise((resolve, reject) => {
    waiting.set((last += 1), { resolve, reject });
    worker.postMessage({ id: last, call, given });
  });

const [choice, threads] = (variant ?? 'cpu').split('-');

offer({
  rawWeights: true,
  open: () => ask('open', { choice, threads: threads && Number(threads) }),
  info: () => ask('info'),
  counts: () => ask('counts'),
  warmUp: (model) => ask('warmUp', model),

  async matmul(task, a, b) {
    await ask('matmul', task, a, b);
    return { run: (count) => ask('multiply', count), result: () => ask('result') };
  },

  async encode(task, weights) {
    await ask('encode', task, weights);
    return { run: (rows) => ask('vectors', rows, task), bytes: () => ask('bytes') };
  },

  train: (task, weights, rows) => ({
    start: (recipe) => ask('train', task, weights, rows, recipe),
    steps: (count) => ask('steps', count),
    bytes: () => ask('bytes'),
  }),

  /** Leaves random weights for all contenders at `url`. */
  async weights({ url, ...model }) {
    await ask('load');
    await put(url, await ask('weights', model));
  },

  /** Leaves token rows at `url`: random ones of these lengths, or those of sentences. */
  async rows({ lengths, sentences, tokenizer: file, maxLength, seed, url }) {
    await ask('load');
    let rows;
    if (sentences) {
      const texts = await ask('tokens', file, sentences, maxLength);
      rows = texts.map((text) => text.split(' ').map(Number));
    } else {
      const ids = await ask('tokenRows', lengths, seed);
      let at = 0;
      rows = lengths.map((length) => Array.from(ids.subarray(at, (at += length))));
    }
    await put(url, JSON.stringify({ rows, sentences }));
    return rows.map((row) => row.length);
  },
});
