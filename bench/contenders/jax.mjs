// jax-js with its WebGPU or its WebAssembly backend, every computation under `jit`. It counts references: `x.ref` keeps
// `x` for another use, and every other use is its last.

import './count.mjs';
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax';

import { dimensions, encodeSorted, maskBias, padded } from './inputs.mjs';
import { offer, variant } from './page.mjs';

const names = (tree) => Object.keys(tree);
const map = (tree, change) => Object.fromEntries(names(tree).map((name) => [name, change(tree[name], name)]));
const array = (data, shape, dtype = np.float32) => np.array(data, { dtype }).reshape(shape);

/** Means of BERT's last states over each row's tokens. `words` are the word embeddings [rows, tokens, hidden]. */
function pooled(p, size, { rows, tokens }, words, bias, share, drop) {
  const { layers, hidden, heads, eps } = size;
  const use = (name) => p[name].ref;
  const linear = (x, name) => np.matmul(x, np.transpose(use(`${name}.weight`))).add(use(`${name}.bias`));
  const norm = (x, name) => {
    const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    return centred.div(np.sqrt(variance.add(eps))).mul(use(`${name}.weight`)).add(use(`${name}.bias`));
  };
  const places = use('embeddings.position_embeddings.weight').slice([0, tokens]);
  const type = use('embeddings.token_type_embeddings.weight').slice(0);
  const sums = words.add(places.add(type)).reshape([rows * tokens, hidden]);
  let states = drop(norm(sums, 'embeddings.LayerNorm'));
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `encoder.layer.${layer}`;
    const head = (name) =>
      linear(states.ref, `${at}.attention.self.${name}`).reshape([rows, tokens, heads, hidden / heads]);
    const [query, key, value] = ['query', 'key', 'value'].map(head);
    const scores = np.einsum('bqhd,bkhd->bhqk', query, key).mul(1 / Math.sqrt(hidden / heads));
    const weights = drop(nn.softmax(scores.add(bias.ref), -1));
    const context = np.einsum('bhqk,bkhd->bqhd', weights, value).reshape([rows * tokens, hidden]);
    const attention = drop(linear(context, `${at}.attention.output.dense`));
    const middle = norm(attention.add(states), `${at}.attention.output.LayerNorm`);
    const gelu = nn.gelu(linear(middle.ref, `${at}.intermediate.dense`), { approximate: false });
    states = norm(drop(linear(gelu, `${at}.output.dense`)).add(middle), `${at}.output.LayerNorm`);
  }
  bias.dispose();
  const vectors = np.matmul(share, states.reshape([rows, tokens, hidden]));
  return vectors.reshape([rows, hidden]);
}

function contrastive(vectors, items) {
  const unit = vectors.ref.div(np.sqrt(np.sum(np.square(vectors), 1, { keepdims: true })));
  const logits = np.matmul(unit.ref.slice([0, items]), np.transpose(unit.slice([items, 2 * items]))).mul(1 / 0.05);
  const own = np.sum(logits.ref.mul(np.eye(items)), 1);
  return np.mean(nn.logsumexp(logits, 1).sub(own));
}

/**
 * One update; probability, learning rate and bias corrections are arguments, so that one compilation serves all. The
 * word embeddings are a product with one-hot rows: jax-js cannot compile the gradient of a gather.
 */
function trainingStep(size, sizes, items) {
  const loss = (p, ids, bias, share, key, rate) => {
    let rest = key;
    const drop = (x) => {
      const [next, own] = random.split(rest, 2);
      rest = next;
      const kept = random.uniform(own, x.shape).less(rate.ref);
      return np.where(kept, 0, x.div(np.array(1).sub(rate.ref)));
    };
    // nn.oneHot would make the whole identity matrix first.
    const [vocabulary] = p['embeddings.word_embeddings.weight'].shape;
    const all = np.arange(vocabulary, undefined, undefined, { dtype: np.int32 }).reshape([1, vocabulary]);
    const oneHot = ids.reshape([sizes.rows * sizes.tokens, 1]).equal(all).astype(np.float32);
    const words = np.matmul(oneHot, p['embeddings.word_embeddings.weight'].ref);
    const shaped = words.reshape([sizes.rows, sizes.tokens, size.hidden]);
    const vectors = pooled(p, size, sizes, shaped, bias, share, drop);
    rest.dispose();
    rate.dispose();
    names(p).forEach((name) => p[name].dispose());
    return contrastive(vectors, items);
  };
  return jit((p, m, v, ids, bias, share, key, rate, learningRate, first, second) => {
    const held = map(p, (weight) => weight.ref);
    const [value, gradients] = valueAndGrad(loss)(held, ids, bias, share, key, rate);
    let squares = np.array(0);
    for (const name of names(gradients)) squares = squares.add(np.sum(np.square(gradients[name].ref)));
    const factor = np.minimum(1, np.array(1).div(np.sqrt(squares).add(1e-6)));
    const clipped = map(gradients, (gradient) => gradient.mul(factor.ref));
    factor.dispose();
    const m2 = map(m, (mean, name) => mean.mul(0.9).add(clipped[name].ref.mul(0.1)));
    const v2 = map(v, (mean, name) => mean.mul(0.999).add(np.square(clipped[name]).mul(0.001)));
    const p2 = map(p, (weight, name) => {
      const change = m2[name].ref.mul(first.ref).div(np.sqrt(v2[name].ref.mul(second.ref)).add(1e-8));
      return weight.sub(change.mul(learningRate.ref));
    });
    [learningRate, first, second].forEach((scalar) => scalar.dispose());
    return [p2, m2, v2, value];
  });
}

offer({
  async open() {
    const found = await init(variant);
    if (!found.includes(variant)) throw new Error(`jax-js has no device ${variant} here`);
    defaultDevice(variant);
  },

  async matmul({ m, k, n }, a, b) {
    const [x, y] = [array(a, [m, k]), array(b, [k, n])];
    const product = jit((x, y) => np.matmul(x, y));
    let results = [];
    return {
      async run(count) {
        results.forEach((result) => result.dispose());
        // All are kept until they are done: what is disposed of before is never computed.
        results = Array.from({ length: count }, () => product(x.ref, y.ref));
        await blockUntilReady(results);
      },
      result: () => results.at(-1).ref.data(),
    };
  },

  async encode(task, weights) {
    const size = dimensions(task);
    const p = map(weights, ({ shape, data }) => array(data, shape));
    const compiled = new Map();
    const encoder = (sizes) => {
      const shape = `${sizes.rows}x${sizes.tokens}`;
      if (!compiled.has(shape)) {
        compiled.set(
          shape,
          jit((p, ids, bias, share) => {
            const words = p['embeddings.word_embeddings.weight'].ref.slice(ids);
            const vectors = pooled(p, size, sizes, words, bias, share, (x) => x);
            names(p).forEach((name) => p[name].dispose());
            return vectors;
          }),
        );
      }
      return compiled.get(shape);
    };
    const one = async (rows) => {
      // Few lengths, so that few shapes are compiled.
      const { ids, mask, share, ...sizes } = padded(rows, 8);
      const vectors = encoder(sizes)(
        map(p, (weight) => weight.ref),
        array(ids, [sizes.rows, sizes.tokens], np.int32),
        array(maskBias(mask), [sizes.rows, 1, 1, sizes.tokens]),
        array(share, [sizes.rows, 1, sizes.tokens]),
      );
      return vectors.data();
    };
    return { run: ({ rows }) => encodeSorted(rows, size.hidden, one) };
  },

  async train(task, weights, rows) {
    const size = dimensions(task);
    const { ids, mask, share, ...sizes } = padded([...rows, ...rows]);
    const step = trainingStep(size, sizes, rows.length);
    const given = {
      ids: array(ids, [sizes.rows * sizes.tokens], np.int32),
      bias: array(maskBias(mask), [sizes.rows, 1, 1, sizes.tokens]),
      share: array(share, [sizes.rows, 1, sizes.tokens]),
    };
    let [p, m, v, done, recipe] = [{}, {}, {}, 0];
    return {
      async start(next) {
        for (const tree of [p, m, v]) names(tree).forEach((name) => tree[name].dispose());
        p = map(weights, ({ shape, data }) => array(data, shape));
        [m, v] = [0, 0].map(() => map(weights, ({ shape, data }) => array(new Float32Array(data.length), shape)));
        [recipe, done] = [next, 0];
      },
      async steps(count) {
        const losses = [];
        for (let at = 0; at < count; at += 1) {
          done += 1;
          let loss;
          [p, m, v, loss] = step(
            p,
            m,
            v,
            given.ids.ref,
            given.bias.ref,
            given.share.ref,
            random.key(done),
            array([recipe.dropout], []),
            array([recipe.learningRate], []),
            array([1 / (1 - 0.9 ** done)], []),
            array([1 / (1 - 0.999 ** done)], []),
          );
          losses.push((await loss.data())[0]);
        }
        return losses;
      },
    };
  },
});
