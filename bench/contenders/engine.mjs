// Runs this repository's engine in a worker, as its page does. ./worker.js is the module that `cargo xtask bench` builds from
// src/bin/bench.rs. ours.mjs sends `{ id, call, given }` and gets `{ id, value }` or `{ id, failed }`.

import { snapshot } from './count.mjs';
import init, * as engine from './worker.js';

let device;
/** By the address of their file. */
const tokenizers = new Map();
/** The workload that was opened last, of whichever kind. */
let workload;

const concatenated = (rows) => ({
  ids: Uint32Array.from(rows.flat()),
  lengths: Uint32Array.from(rows, (row) => row.length),
});

async function tokenizerAt(url) {
  if (!tokenizers.has(url)) {
    tokenizers.set(url, new engine.Tokenizer(new Uint8Array(await (await fetch(url)).arrayBuffer())));
  }
  return tokenizers.get(url);
}

const calls = {
  async load() {
    await init();
  },

  async open({ choice, threads }) {
    if (device) return;
    await init();
    device = await engine.Device.open(choice, threads);
  },

  info: () => JSON.parse(device.info()),
  counts: () => snapshot(),
  warmUp: ({ layers, hidden }) => device.warm_up(layers, hidden),
  bytes: () => workload.gpu_bytes(),

  async matmul({ m, k, n }, a, b) {
    workload = await engine.MatmulBench.open(device, `${m}x${k}x${n}`, a, b);
  },
  multiply: (count) => workload.run(count),
  result: () => workload.result(),

  async encode({ layers, hidden }, weights) {
    workload = await engine.EncodeBench.open(device, layers, hidden, weights);
  },
  /** Encodes `sentences` where the task names a tokenizer, else the token rows. */
  async vectors({ rows, sentences }, { tokenizer: url, maxLength }) {
    if (url && sentences) return workload.sentences(await tokenizerAt(url), sentences, maxLength);
    const { ids, lengths } = concatenated(rows);
    return workload.rows(ids, lengths);
  },

  async train({ layers, hidden }, weights, rows, { dropout, learningRate }) {
    const { ids, lengths } = concatenated(rows);
    workload = await engine.TrainBench.open(device, layers, hidden, weights, ids, lengths, dropout, learningRate);
  },
  steps: (count) => workload.run(count),

  weights: ({ layers, hidden, seed }) => engine.random_weights(layers, hidden, seed),
  tokenRows: (lengths, seed) => engine.token_rows(Uint32Array.from(lengths), seed),
  tokens: async (file, sentences, maxLength) => (await tokenizerAt(file)).encode(sentences, maxLength),
};

onmessage = async ({ data: { id, call, given } }) => {
  try {
    postMessage({ id, value: await calls[call](...given) });
  } catch (error) {
    postMessage({ id, failed: String(error?.stack ?? error) });
  }
};
