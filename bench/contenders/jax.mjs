// jax-js with its WebGPU or its WebAssembly backend, every computation under `jit`. It counts references: `x.ref` keeps
// `x` for another use, and every other use is its last.

import './count.mjs';
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad, vjp } from '@jax-js/jax';

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

const TABLE = 'embeddings.word_embeddings.weight';

const [device, form] = variant.split('-');

/** Word embeddings as a product with one-hot rows, once for both views, which have the same ids. */
function oneHotWords(table, ids) {
  const [vocabulary] = table.shape;
  const [tokens] = ids.shape;
  // nn.oneHot would make the whole identity matrix first.
  const all = np.arange(vocabulary, undefined, undefined, { dtype: np.int32 }).reshape([1, vocabulary]);
  const oneHot = ids.slice([0, tokens / 2]).reshape([tokens / 2, 1]).equal(all);
  const words = np.matmul(oneHot.astype(np.float32), table);
  return np.concatenate([words.ref, words], 0);
}

/**
 * A step whose probability, learning rate and bias corrections are arguments, so that one compilation serves all. jax-js
 * cannot compile the gradient of a gather. Its fastest form here is three parts: the gather, whose gradient is a scatter
 * outside `jit`; loss and gradients from the word embeddings on; clipping and AdamW. The other form is one-hot rows.
 */
function trainingStep(size, sizes, items) {
  const loss = (p, words, bias, share, key, rate) => {
    let rest = key;
    const drop = (x) => {
      const [next, own] = random.split(rest, 2);
      rest = next;
      const dropped = random.uniform(own, x.shape).less(rate.ref);
      return np.where(dropped, 0, x.div(np.array(1).sub(rate.ref)));
    };
    const shaped = words.reshape([sizes.rows, sizes.tokens, size.hidden]);
    const vectors = pooled(p, size, sizes, shaped, bias, share, drop);
    rest.dispose();
    rate.dispose();
    names(p).forEach((name) => p[name].dispose());
    return contrastive(vectors, items);
  };
  const gradients = jit(valueAndGrad(loss, { argnums: [0, 1] }));
  const oneHotGradients = jit(
    valueAndGrad(({ [TABLE]: table, ...p }, ids, ...given) => loss(p, oneHotWords(table, ids), ...given)),
  );
  const update = jit((p, m, v, gradients, learningRate, first, second) => {
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
    return [p2, m2, v2];
  });
  const both = ({ p }, { ids, bias, share }, key, rate) => {
    const held = map(p, (weight) => weight.ref);
    if (form === 'onehot') return oneHotGradients(held, ids, bias, share, key, rate);
    const { [TABLE]: table, ...rest } = held;
    const [words, back] = vjp((table) => table.slice(ids), [table]);
    const [value, [g, dWords]] = gradients(rest, words, bias, share, key, rate);
    const [dTable] = back(dWords);
    back.dispose();
    return [value, { ...g, [TABLE]: dTable }];
  };
  return (state, given, key, rate, ...scalars) => {
    const [loss, gradients] = both(state, given, key, rate);
    const [p, m, v] = update(state.p, state.m, state.v, gradients, ...scalars);
    return { state: { p, m, v }, loss };
  };
}

offer({
  async open() {
    const found = await init(device);
    if (!found.includes(device)) throw new Error(`jax-js has no device ${device} here`);
    defaultDevice(device);
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
    let [state, done, recipe] = [{}, 0];
    return {
      async start(next) {
        for (const tree of Object.values(state)) names(tree).forEach((name) => tree[name].dispose());
        const zeros = () => map(weights, ({ shape, data }) => array(new Float32Array(data.length), shape));
        state = { p: map(weights, ({ shape, data }) => array(data, shape)), m: zeros(), v: zeros() };
        [recipe, done] = [next, 0];
      },
      async steps(count) {
        const losses = [];
        for (let at = 0; at < count; at += 1) {
          done += 1;
          const scalars = [recipe.learningRate, 1 / (1 - 0.9 ** done), 1 / (1 - 0.999 ** done)];
          const next = step(
            state,
            map(given, (tensor) => tensor.ref),
            random.key(done),
            array([recipe.dropout], []),
            ...scalars.map((scalar) => array([scalar], [])),
          );
          state = next.state;
          losses.push((await next.loss.data())[0]);
        }
        // The loss is there before the last update is: that belongs to the step, and is not to run beside others' steps.
        await blockUntilReady(Object.values(state).flatMap((tree) => names(tree).map((name) => tree[name])));
        return losses;
      },
    };
  },
});
