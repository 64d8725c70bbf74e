// What is measured, and how often: the command line of `cargo xtask bench`.

import { parseArgs } from 'node:util';

export const WORKLOADS = ['matmul', 'encode', 'train', 'first', 'sweep'];

/** Pages by contender; what follows the colon is the variant. */
export const CONTENDERS = {
  ours: 'ours:cpu',
  'ours-1': 'ours:cpu-1',
  'ours-gpu': 'ours:gpu',
  'jax-webgpu': 'jax:webgpu',
  'jax-webgpu-onehot': 'jax:webgpu-onehot',
  'tfjs-webgpu': 'tfjs:webgpu',
  'ort-webgpu': 'ort-webgpu',
  'jax-wasm': 'jax:wasm',
  'tfjs-wasm': 'tfjs:wasm',
  'ort-wasm-1': 'ort-wasm:1',
  'ort-wasm-2': 'ort-wasm:2',
};

/** Who can do what: ONNX Runtime Web does not train, the one-hot form is of training; the first step is for WebGPU. */
const ABLE = {
  matmul: (name) => !name.endsWith('onehot'),
  encode: (name) => !name.endsWith('onehot'),
  train: (name) => !name.startsWith('ort'),
  first: (name) => name.startsWith('ours') || /^(jax|tfjs)-webgpu/.test(name),
  sweep: (name) => name === 'ours',
};

export const able = (workload, contenders) => contenders.filter((name) => ABLE[workload](name));

const AXES = { batch: [8, 16, 32, 64, 128, 256], length: [8, 16, 32, 64, 128], hidden: [128, 256, 384, 512, 768] };

/** Options with their defaults and what they mean. */
const described = {
  workloads: ['matmul,encode,train,first,sweep', 'what to measure'],
  contenders: [Object.keys(CONTENDERS).join(), 'who takes part; ours always does'],
  rounds: ['5', 'samples of each; encoding and first steps have 3 at most'],
  limit: ['60', 'seconds of one repetition, and of all samples of a slow contender, at most'],
  adapter: ['swiftshader', 'swiftshader, or gpu for a real one'],
  browser: ['/usr/bin/chromium', 'Chromium or Chrome'],
  matmul: ['1024x384x384,1024x384x1536,1024x1536x384,512x512x512', 'MxKxN,…'],
  encode: ['6x384:32x32,6x384:1000xnatural,4x256:32x32,4x256:1000xnatural', 'LAYERSxHIDDEN:ROWSxTOKENS,…'],
  train: [
    '2x128:32x2x16,4x256:64x2xnatural@ours+jax-webgpu+tfjs-webgpu+jax-wasm,6x384:64x2xnatural@ours',
    'LAYERSxHIDDEN:BATCHx2xTOKENS,…; behind @ those who run it',
  ],
  first: ['2x128:32x2x16', 'as --train'],
  sweep: ['batch,length,hidden', 'AXIS or AXIS=VALUE:VALUE,…'],
  sentences: ['', "sentences of natural length: STS-B's table, or a sentence a line; else the page's samples"],
  json: ['', 'file for all samples'],
  markdown: ['', 'file for the tables, which are printed too'],
};
const defaults = Object.fromEntries(Object.entries(described).map(([name, [value]]) => [name, value]));

/** What `--help` prints. */
export function usage() {
  const lines = Object.entries(described).map(([name, [value, words]]) => `  --${name}\n      ${words}${value && `\n      [${value}]`}`);
  return ['cargo xtask bench [options]', ...lines, '  --quick', '      fewer and smaller cases, for an answer within minutes'].join('\n');
}

const quick = {
  contenders: 'ours,jax-webgpu,tfjs-webgpu,ort-webgpu,ort-wasm-2',
  rounds: '2',
  matmul: '1024x384x384,512x512x512',
  encode: '6x384:8x32',
  train: '2x128:32x2x16',
  sweep: 'batch=8:32',
};

class Wrong extends Error {}

const numbers = (text, count) => {
  const parts = text.split('x');
  const fine = parts.length === count && parts.every((part) => /^[1-9]\d*$/.test(part));
  return fine ? parts.map(Number) : undefined;
};

const length = (text) => (text === 'natural' ? text : numbers(text, 1)?.[0]);

/** `MxKxN`. */
export function matmulCase(text) {
  const sizes = numbers(text, 3);
  if (!sizes) throw new Wrong(`"${text}" is no matrix product; expected MxKxN such as 1024x384x384`);
  const [m, k, n] = sizes;
  return { kind: 'matmul', name: text, m, k, n };
}

function model(text) {
  const [size, rest] = text.split(':');
  const [layers, hidden] = numbers(size, 2) ?? [];
  return layers && rest ? { layers, hidden, rest } : undefined;
}

/** `LAYERSxHIDDEN:ROWSxTOKENS` or `…:ROWSxnatural`. */
export function encodeCase(text) {
  const found = model(text);
  const [, rows, tokens] = found?.rest.match(/^(\d+)x(\w+)$/) ?? [];
  const [count] = numbers(rows ?? '', 1) ?? [];
  const lengths = tokens && length(tokens);
  if (!count || !lengths) {
    throw new Wrong(`"${text}" is no encoding; expected LAYERSxHIDDEN:ROWSxTOKENS such as 6x384:32x32, or 6x384:1000xnatural`);
  }
  return { kind: 'encode', name: text, layers: found.layers, hidden: found.hidden, count, lengths };
}

/** `LAYERSxHIDDEN:BATCHx2xTOKENS` or `…:BATCHx2xnatural`; `@ours+…` behind it names those who run it. */
export function trainCase(text) {
  const [name, only] = text.split('@');
  const found = model(name);
  const [, batch, tokens] = found?.rest.match(/^(\d+)x2x(\w+)$/) ?? [];
  const [count] = numbers(batch ?? '', 1) ?? [];
  const lengths = tokens && length(tokens);
  if (!count || count < 2 || !lengths) {
    throw new Wrong(
      `"${text}" is no training step; expected LAYERSxHIDDEN:BATCHx2xTOKENS such as 2x128:32x2x16, or 4x256:64x2xnatural`,
    );
  }
  const sizes = { layers: found.layers, hidden: found.hidden, count, lengths };
  return { kind: 'train', name, ...sizes, ...(only && { only: only.split('+') }) };
}

/** `batch`, `length` or `hidden`, or one with its values: `batch=8:16:32`. Else 2 layers of 128, 32 items of 16 tokens. */
export function sweepAxis(text) {
  const [axis, given] = text.split('=');
  const values = given === undefined ? AXES[axis] : given.split(':').map((value) => numbers(value, 1)?.[0]);
  if (!AXES[axis] || !values.every(Boolean)) {
    throw new Wrong(`"${text}" is no sweep; expected batch, length or hidden, or one with values such as batch=8:16:32`);
  }
  const points = values.map((value) => {
    const { batch, length, hidden } = { batch: 32, length: 16, hidden: 128, [axis]: value };
    return { value, case: trainCase(`2x${hidden}:${batch}x2x${length}`) };
  });
  return { axis, points };
}

const list = (text) => text.split(',').filter(Boolean);

function chosen(what, text, known) {
  const names = list(text);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Wrong(`"${unknown}" is no ${what}; known are ${known.join(', ')}`);
  return names;
}

function positive(name, text, whole) {
  const value = Number(text);
  if (!(value > 0) || (whole && !Number.isInteger(value))) throw new Wrong(`--${name} is ${text}; expected a number above 0`);
  return value;
}

/** Reads the command line. Throws an error whose message says what is wrong. */
export function readOptions(args) {
  const strings = Object.fromEntries(Object.keys(described).map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ args, options: { ...strings, quick: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return { help: true };
  const all = { ...defaults, ...(values.quick && quick), ...values };
  const contenders = chosen('contender', all.contenders, Object.keys(CONTENDERS));
  return {
    workloads: chosen('workload', all.workloads, WORKLOADS),
    // The others are checked against ours.
    contenders: ['ours', ...contenders.filter((name) => name !== 'ours')],
    rounds: positive('rounds', all.rounds, true),
    limit: positive('limit', all.limit, false),
    adapter: chosen('adapter', all.adapter, ['swiftshader', 'gpu'])[0],
    browser: all.browser,
    matmul: list(all.matmul).map(matmulCase),
    encode: list(all.encode).map(encodeCase),
    train: list(all.train).map(trainCase),
    first: list(all.first).map(trainCase),
    sweep: list(all.sweep).map(sweepAxis),
    sentences: all.sentences,
    json: all.json,
    markdown: all.markdown,
  };
}
