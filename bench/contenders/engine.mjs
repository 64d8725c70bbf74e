// The engine of this repository in a worker, as its page has it: the module that `cargo xtask bench` builds of
// src/bin/bench.rs. What it is asked, and how it answers: ours.mjs.

import { snapshot } from './count.mjs';
import init, * as engine from './worker.js';

let device;
let tokenizer;
/** The matrix product, encoder or run at hand. */
let current;

const flat = (rows) => ({
  ids: Uint32Array.from(rows.flat()),
  lengths: Uint32Array.from(rows, (row) => row.length),
});

async function tokenizerAt(url) {
  tokenizer ??= new engine.Tokenizer(new Uint8Array(await (await fetch(url)).arrayBuffer()));
  return tokenizer;
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
  bytes: () => current.gpu_bytes(),

  async matmul({ m, k, n }, a, b) {
    current = await engine.MatmulBench.open(device, `${m}x${k}x${n}`, a, b);
  },
  multiply: (count) => current.run(count),
  result: () => current.result(),

  async encode({ layers, hidden }, weights) {
    current = await engine.EncodeBench.open(device, layers, hidden, weights);
  },
  async vectors({ rows, sentences }, { tokenizer: url, maxLength }) {
    if (url && sentences) return current.sentences(await tokenizerAt(url), sentences, maxLength);
    const { ids, lengths } = flat(rows);
    return current.rows(ids, lengths);
  },

  async train({ layers, hidden }, weights, rows, { dropout, learningRate }) {
    const { ids, lengths } = flat(rows);
    current = await engine.TrainBench.open(device, layers, hidden, weights, ids, lengths, dropout, learningRate);
  },
  steps: (count) => current.run(count),

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
