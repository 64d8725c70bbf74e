// The expected bytes are those of the examples in protobuf.dev, "Encoding"; models are read back by a reader of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bertModel, matmulModel } from '../onnx/graphs.mjs';
import { bytes, number, varint } from '../onnx/wire.mjs';

test('varints, numbers and strings are those of the specification', () => {
  assert.deepEqual([...varint(0)], [0]);
  assert.deepEqual([...varint(150)], [0x96, 0x01]);
  assert.deepEqual([...number(1, 150)], [0x08, 0x96, 0x01]);
  assert.deepEqual([...bytes(2, 'testing')], [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
});

/** Fields of a message in order: [number, value], a value being a number or bytes. */
function fields(message) {
  const found = [];
  let at = 0;
  const next = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = next();
    if ((key & 7) === 0) found.push([key >> 3, next()]);
    else {
      const length = (key & 7) === 5 ? 4 : next();
      found.push([key >> 3, message.subarray(at, (at += length))]);
    }
  }
  assert.equal(at, message.length);
  return found;
}

const all = (message, field) => fields(message).filter(([number]) => number === field).map(([, value]) => value);
const text = (value) => new TextDecoder().decode(value);
const graphOf = (model) => all(model, 7)[0];

test('a product has one node and its constant', () => {
  const model = matmulModel(2, 3, 4, Float32Array.from({ length: 12 }, (_, at) => at));
  assert.deepEqual(all(model, 1), [8]);
  assert.deepEqual(all(all(model, 8)[0], 2), [17]);
  const [node] = all(graphOf(model), 1);
  assert.equal(text(all(node, 4)[0]), 'MatMul');
  assert.deepEqual(all(node, 1).map(text), ['x', 'b']);
  const [constant] = all(graphOf(model), 5);
  assert.deepEqual(all(constant, 1), [3, 4]);
  assert.deepEqual(all(constant, 2), [1]);
  const raw = all(constant, 9)[0];
  assert.equal(new DataView(raw.buffer, raw.byteOffset).getFloat32(4 * 11, true), 11);
});

test('every input of a BERT node is an input of the graph, a constant or an earlier output', () => {
  const hidden = 4;
  const tensor = (...shape) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => at) });
  const weights = {
    'embeddings.word_embeddings.weight': tensor(9, hidden),
    'embeddings.position_embeddings.weight': tensor(5, hidden),
    'embeddings.token_type_embeddings.weight': tensor(2, hidden),
  };
  const module = (name, weight) => {
    weights[`${name}.weight`] = weight;
    weights[`${name}.bias`] = tensor(weight.shape[0]);
  };
  module('embeddings.LayerNorm', tensor(hidden));
  for (const name of ['self.query', 'self.key', 'self.value', 'output.dense']) {
    module(`encoder.layer.0.attention.${name}`, tensor(hidden, hidden));
  }
  module('encoder.layer.0.attention.output.LayerNorm', tensor(hidden));
  module('encoder.layer.0.intermediate.dense', tensor(16, hidden));
  module('encoder.layer.0.output.dense', tensor(hidden, 16));
  module('encoder.layer.0.output.LayerNorm', tensor(hidden));
  const graph = graphOf(bertModel(weights, { layers: 1, hidden, heads: 2, eps: 1e-12 }));

  const known = new Set([
    ...all(graph, 5).map((constant) => text(all(constant, 8)[0])),
    ...all(graph, 11).map((input) => text(all(input, 1)[0])),
  ]);
  for (const node of all(graph, 1)) {
    for (const input of all(node, 1).map(text)) assert.ok(known.has(input), input);
    const [output] = all(node, 2).map(text);
    assert.ok(!known.has(output), `${output} twice`);
    known.add(output);
  }
  assert.deepEqual(all(graph, 12).map((output) => text(all(output, 1)[0])), ['vectors']);
  const constant = (name) => all(graph, 5).find((one) => text(all(one, 8)[0]) === name);
  // Linear weights are turned to [inputs, outputs].
  assert.deepEqual(all(constant('encoder.layer.0.intermediate.dense.weight'), 1), [hidden, 16]);
  const raw = all(constant('encoder.layer.0.intermediate.dense.weight'), 9)[0];
  assert.equal(new DataView(raw.buffer, raw.byteOffset).getFloat32(4, true), 4);
});
