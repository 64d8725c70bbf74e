// The engine of this repository, through the module that `cargo xtask bench` builds of src/bin/bench.rs.

import './count.mjs';
import { put } from './exchange.mjs';
import { offer } from './page.mjs';
import init, * as engine from '/generated/ours/bench.js';

const MOST_TOKENS = 512;
let device;
let tokenizer;

const flat = (rows) => ({
  ids: Uint32Array.from(rows.flat()),
  lengths: Uint32Array.from(rows, (row) => row.length),
});

async function tokenizerAt(url) {
  tokenizer ??= new engine.Tokenizer(new Uint8Array(await (await fetch(url)).arrayBuffer()));
  return tokenizer;
}

offer({
  rawWeights: true,

  async open() {
    if (device) return;
    await init();
    device = await engine.Device.open();
  },

  info: () => JSON.parse(device.info()),

  warmUp: ({ layers, hidden }) => device.warm_up(layers, hidden),

  async matmul({ m, k, n }, a, b) {
    const product = await engine.MatmulBench.open(device, `${m}x${k}x${n}`, a, b);
    return { run: (count) => product.run(count), result: () => product.result() };
  },

  async encode({ layers, hidden, tokenizer: url, maxLength }, weights) {
    const encoder = await engine.EncodeBench.open(device, layers, hidden, weights);
    const words = url && (await tokenizerAt(url));
    return {
      run({ rows, sentences }) {
        if (words && sentences) return encoder.sentences(words, sentences, maxLength);
        const { ids, lengths } = flat(rows);
        return encoder.rows(ids, lengths);
      },
      bytes: () => encoder.gpu_bytes(),
    };
  },

  async train({ layers, hidden }, weights, rows) {
    const { ids, lengths } = flat(rows);
    let run;
    return {
      async start({ dropout, learningRate }) {
        run?.free();
        run = await engine.TrainBench.open(device, layers, hidden, weights, ids, lengths, dropout, learningRate);
      },
      steps: (count) => run.run(count),
      bytes: () => run.gpu_bytes(),
    };
  },

  /** Leaves random weights for all contenders at `url`. */
  async weights({ layers, hidden, seed, url }) {
    await init();
    await put(url, engine.random_weights(layers, hidden, seed));
  },

  /** Leaves token rows at `url`: random ones of these lengths, or those of sentences. */
  async rows({ lengths, sentences, tokenizer: file, maxLength, seed, url }) {
    await init();
    let rows;
    if (sentences) {
      const texts = (await tokenizerAt(file)).encode(sentences, maxLength);
      rows = texts.map((text) => text.split(' ').map(Number));
    } else {
      const ids = engine.token_rows(Uint32Array.from(lengths), seed);
      let at = 0;
      rows = lengths.map((length) => Array.from(ids.subarray(at, (at += length))));
    }
    await put(url, JSON.stringify({ rows, sentences }));
    return rows.map((row) => row.length);
  },
});
