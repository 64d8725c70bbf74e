// TensorFlow.js with its WebGPU or its WebAssembly backend.

import './count.mjs';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
// Chained methods, which the gradients of some operators call.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

import { dimensions, encodeSorted, maskBias, padded } from './inputs.mjs';
import { offer, variant } from './page.mjs';

/** BERT's last states [rows · tokens, hidden]; `drop` is dropout. */
function bert(p, size, batch, drop) {
  const { layers, hidden, heads, eps } = size;
  const { rows, tokens, ids, bias } = batch;
  const linear = (x, name) => tf.add(tf.matMul(x, p[`${name}.weight`], false, true), p[`${name}.bias`]);
  const norm = (x, name) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const unit = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps)));
    return tf.add(tf.mul(unit, p[`${name}.weight`]), p[`${name}.bias`]);
  };
  const split = (x) => tf.transpose(tf.reshape(x, [rows, tokens, heads, hidden / heads]), [0, 2, 1, 3]);

  const words = tf.reshape(tf.gather(p['embeddings.word_embeddings.weight'], ids), [rows, tokens, hidden]);
  const places = tf.slice(p['embeddings.position_embeddings.weight'], [0, 0], [tokens, hidden]);
  const type = tf.slice(p['embeddings.token_type_embeddings.weight'], [0, 0], [1, hidden]);
  const sums = tf.add(words, tf.add(places, type));
  let states = drop(norm(tf.reshape(sums, [rows * tokens, hidden]), 'embeddings.LayerNorm'));
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `encoder.layer.${layer}`;
    const head = (name) => split(linear(states, `${at}.attention.self.${name}`));
    const scores = tf.mul(tf.matMul(head('query'), head('key'), false, true), 1 / Math.sqrt(hidden / heads));
    const weights = drop(tf.softmax(tf.add(scores, bias), -1));
    const context = tf.transpose(tf.matMul(weights, head('value')), [0, 2, 1, 3]);
    const flat = tf.reshape(context, [rows * tokens, hidden]);
    const attention = drop(linear(flat, `${at}.attention.output.dense`));
    const middle = norm(tf.add(attention, states), `${at}.attention.output.LayerNorm`);
    const u = linear(middle, `${at}.intermediate.dense`);
    const gelu = tf.mul(tf.mul(u, 0.5), tf.add(tf.erf(tf.mul(u, Math.SQRT1_2)), 1));
    states = norm(tf.add(drop(linear(gelu, `${at}.output.dense`)), middle), `${at}.output.LayerNorm`);
  }
  return states;
}

/** Means over the tokens of each row, [rows, hidden]. */
function pooled(p, size, batch, drop) {
  const states = tf.reshape(bert(p, size, batch, drop), [batch.rows, batch.tokens, size.hidden]);
  return tf.reshape(tf.matMul(batch.share, states), [batch.rows, size.hidden]);
}

function upload(rows) {
  const { ids, mask, share, ...sizes } = padded(rows);
  return {
    ...sizes,
    ids: tf.tensor1d(ids, 'int32'),
    bias: tf.tensor(maskBias(mask), [sizes.rows, 1, 1, sizes.tokens]),
    share: tf.tensor(share, [sizes.rows, 1, sizes.tokens]),
  };
}

const release = ({ ids, bias, share }) => tf.dispose([ids, bias, share]);

/** Keeps with probability 1 − p; drawn here, which is faster than tf.dropout. */
function dropout(p) {
  if (p === 0) return (x) => x;
  return (x) => {
    const kept = new Float32Array(x.size);
    for (let at = 0; at < kept.length; at += 1) kept[at] = Math.random() < p ? 0 : 1 / (1 - p);
    return tf.mul(x, tf.tensor(kept, x.shape));
  };
}

/** SimCSE's loss: both views of all items follow each other in `vectors`. */
function contrastive(vectors, items) {
  const unit = tf.div(vectors, tf.norm(vectors, 'euclidean', 1, true));
  const [first, second] = tf.split(unit, 2, 0);
  const logits = tf.mul(tf.matMul(first, second, false, true), 1 / 0.05);
  const own = tf.sum(tf.mul(logits, tf.eye(items)), 1);
  return tf.mean(tf.sub(tf.logSumExp(logits, 1), own));
}

offer({
  async open() {
    setWasmPaths('/modules/@tensorflow/tfjs-backend-wasm/dist/');
    if (!(await tf.setBackend(variant))) throw new Error(`TensorFlow.js has no backend ${variant} here`);
    await tf.ready();
  },

  async matmul({ m, k, n }, a, b) {
    const [x, y] = [tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])];
    let last;
    return {
      async run(count) {
        for (let at = 0; at < count; at += 1) {
          last?.dispose();
          last = tf.matMul(x, y);
        }
        const one = tf.slice(last, [0, 0], [1, 1]);
        await one.data();
        one.dispose();
      },
      result: () => last.data(),
    };
  },

  async encode(task, weights) {
    const size = dimensions(task);
    const p = {};
    for (const [name, { shape, data }] of Object.entries(weights)) p[name] = tf.tensor(data, shape);
    const one = async (rows) => {
      const batch = upload(rows);
      const vectors = tf.tidy(() => pooled(p, size, batch, (x) => x));
      const values = await vectors.data();
      vectors.dispose();
      release(batch);
      return values;
    };
    return { run: ({ rows }) => encodeSorted(rows, size.hidden, one) };
  },

  async train(task, weights, rows) {
    const size = dimensions(task);
    const batch = upload([...rows, ...rows]);
    const p = {};
    let drop;
    let optimizer;
    return {
      async start(recipe) {
        for (const [name, { shape, data }] of Object.entries(weights)) {
          const values = tf.tensor(data, shape);
          if (p[name]) p[name].assign(values);
          else p[name] = tf.variable(values, true, name);
          values.dispose();
        }
        optimizer?.dispose();
        optimizer = tf.train.adam(recipe.learningRate, 0.9, 0.999, 1e-8);
        drop = dropout(recipe.dropout);
      },
      async steps(count) {
        const losses = [];
        for (let step = 0; step < count; step += 1) {
          const loss = tf.tidy(() => {
            const { value, grads } = tf.variableGrads(() =>
              contrastive(pooled(p, size, batch, drop), rows.length),
            );
            const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)));
            // tf.addN binds all of them at once, more than a shader may have.
            const norm = squares.reduce((sum, square) => tf.add(sum, square));
            const factor = tf.minimum(1, tf.div(1, tf.add(tf.sqrt(norm), 1e-6)));
            const clipped = Object.entries(grads).map(([name, gradient]) => [name, tf.mul(gradient, factor)]);
            optimizer.applyGradients(Object.fromEntries(clipped));
            return tf.keep(value);
          });
          losses.push((await loss.data())[0]);
          loss.dispose();
        }
        return losses;
      },
    };
  },
});
