// The models that ONNX Runtime is timed with.

import { Model } from './model.mjs';

/** y[m, n] = x[m, k] · b[k, n], b a constant: ONNX Runtime may lay it out as it likes. */
export function matmulModel(m, k, n, b) {
  const model = new Model();
  model.input('x', 'float', [m, k]);
  model.constant('b', [k, n], b);
  model.node('MatMul', ['x', 'b'], {}, 'y');
  model.output('y', [m, n]);
  return model.write();
}

function transposed(rows, columns, data) {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) result[column * rows + row] = data[row * columns + column];
  }
  return result;
}

const scalar = (value) => Float32Array.of(value);

/**
 * BERT over padded rows and the mean of its last states: `ids` [rows, tokens] int64, `positions` [tokens] int64,
 * `bias` [rows, 1, 1, tokens] added to the attention scores, `share` [rows, 1, tokens] of each token in the mean;
 * `vectors` [rows, 1, hidden]. `weights` are tensors by canonical name.
 */
export function bertModel(weights, { layers, hidden, heads, eps }) {
  const model = new Model();
  const take = (name) => {
    const { shape, data } = weights[name];
    return model.constant(name, shape, data);
  };
  const linear = (input, name) => {
    const { shape, data } = weights[`${name}.weight`];
    const weight = model.constant(`${name}.weight`, [shape[1], shape[0]], transposed(shape[0], shape[1], data));
    return model.node('Add', [model.node('MatMul', [input, weight]), take(`${name}.bias`)]);
  };
  const norm = (input, name) =>
    model.node('LayerNormalization', [input, take(`${name}.weight`), take(`${name}.bias`)], {
      axis: 2,
      epsilon: { float: eps },
    });

  model.input('ids', 'int64', ['rows', 'tokens']);
  model.input('positions', 'int64', ['tokens']);
  model.input('bias', 'float', ['rows', 1, 1, 'tokens']);
  model.input('share', 'float', ['rows', 1, 'tokens']);
  const split = model.constant('split', [4], BigInt64Array.of(0n, 0n, BigInt(heads), BigInt(hidden / heads)));
  const join = model.constant('join', [3], BigInt64Array.of(0n, 0n, BigInt(hidden)));
  const scale = model.constant('scale', [], scalar(1 / Math.sqrt(hidden / heads)));
  const [half, one, root] = Object.entries({ half: 0.5, one: 1, root: Math.SQRT2 }).map(([name, value]) =>
    model.constant(name, [], scalar(value)),
  );

  // All tokens are of type 0: its row is part of every position's.
  const { shape, data } = weights['embeddings.position_embeddings.weight'];
  const type = weights['embeddings.token_type_embeddings.weight'].data;
  const places = model.constant('places', shape, data.map((value, index) => value + type[index % hidden]));
  const words = model.node('Gather', [take('embeddings.word_embeddings.weight'), 'ids']);
  let states = norm(
    model.node('Add', [words, model.node('Gather', [places, 'positions'])]),
    'embeddings.LayerNorm',
  );
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `encoder.layer.${layer}`;
    const head = (name, perm) =>
      model.node('Transpose', [model.node('Reshape', [linear(states, `${at}.attention.self.${name}`), split])], { perm });
    const query = head('query', [0, 2, 1, 3]);
    const key = head('key', [0, 2, 3, 1]);
    const value = head('value', [0, 2, 1, 3]);
    const scores = model.node('Mul', [model.node('MatMul', [query, key]), scale]);
    const weighted = model.node('MatMul', [
      model.node('Softmax', [model.node('Add', [scores, 'bias'])], { axis: 3 }),
      value,
    ]);
    const context = model.node('Reshape', [model.node('Transpose', [weighted], { perm: [0, 2, 1, 3] }), join]);
    const attention = linear(context, `${at}.attention.output.dense`);
    const middle = norm(model.node('Add', [attention, states]), `${at}.attention.output.LayerNorm`);
    // gelu(u) = u · (1 + erf(u / √2)) / 2, in the form that ONNX Runtime fuses.
    const u = linear(middle, `${at}.intermediate.dense`);
    const erf = model.node('Add', [model.node('Erf', [model.node('Div', [u, root])]), one]);
    const gelu = model.node('Mul', [model.node('Mul', [u, erf]), half]);
    states = norm(model.node('Add', [linear(gelu, `${at}.output.dense`), middle]), `${at}.output.LayerNorm`);
  }
  model.node('MatMul', ['share', states], {}, 'vectors');
  model.output('vectors', ['rows', 1, hidden]);
  return model.write();
}
