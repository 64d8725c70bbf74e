// ONNX models from scratch. Field numbers are those of onnx.proto (IR version 8, operator set 17).

import { bytes, concatenate, float, number } from './wire.mjs';

const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 8;
const OPSET = 17;

const elementType = (data) => (data instanceof BigInt64Array ? INT64 : FLOAT);

/** TensorProto: `data` is a Float32Array or a BigInt64Array. */
function tensor(name, dims, data) {
  return concatenate([
    ...dims.map((dim) => number(1, dim)),
    number(2, elementType(data)),
    bytes(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/** AttributeProto: a whole number, a list of them, or `{ float }`. */
function attribute(name, value) {
  if (Array.isArray(value)) return concatenate([bytes(1, name), ...value.map((each) => number(8, each)), number(20, 7)]);
  if (typeof value === 'object') return concatenate([bytes(1, name), float(2, value.float), number(20, 1)]);
  return concatenate([bytes(1, name), number(3, value), number(20, 2)]);
}

/** ValueInfoProto: a dimension is a number, or a name where it may change. */
function valueInfo(name, type, dims) {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim)));
  const tensorType = concatenate([number(1, type), bytes(2, concatenate(shape))]);
  return concatenate([bytes(1, name), bytes(2, bytes(1, tensorType))]);
}

/** Collects a graph's nodes and constants, then writes the model. */
export class Model {
  #nodes = [];
  #constants = [];
  #inputs = [];
  #outputs = [];
  #count = 0;

  input(name, type, dims) {
    this.#inputs.push(valueInfo(name, type === 'int64' ? INT64 : FLOAT, dims));
    return name;
  }

  output(name, dims) {
    this.#outputs.push(valueInfo(name, FLOAT, dims));
  }

  constant(name, dims, data) {
    this.#constants.push(tensor(name, dims, data));
    return name;
  }

  /** One operator with one output, whose name is returned. */
  node(operator, inputs, attributes = {}, output = `${operator}_${this.#count}`) {
    this.#count += 1;
    this.#nodes.push(
      concatenate([
        ...inputs.map((input) => bytes(1, input)),
        bytes(2, output),
        bytes(3, `node_${this.#count}`),
        bytes(4, operator),
        ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
      ]),
    );
    return output;
  }

  /** ModelProto. */
  write() {
    const graph = concatenate([
      ...this.#nodes.map((node) => bytes(1, node)),
      bytes(2, 'benchmark'),
      ...this.#constants.map((constant) => bytes(5, constant)),
      ...this.#inputs.map((input) => bytes(11, input)),
      ...this.#outputs.map((output) => bytes(12, output)),
    ]);
    const opset = concatenate([bytes(1, ''), number(2, OPSET)]);
    return concatenate([number(1, IR_VERSION), bytes(2, 'simcse-lab'), bytes(7, graph), bytes(8, opset)]);
  }
}
