import assert from 'node:assert/strict';
import { test } from 'node:test';

import { able, encodeCase, matmulCase, readOptions, sweepAxis, trainCase } from '../lib/options.mjs';

test('cases of any size are read', () => {
  assert.deepEqual(matmulCase('1000x52x7'), { kind: 'matmul', name: '1000x52x7', m: 1000, k: 52, n: 7 });
  assert.deepEqual(encodeCase('3x320:5x17'), {
    kind: 'encode', name: '3x320:5x17', layers: 3, hidden: 320, count: 5, lengths: 17,
  });
  assert.equal(encodeCase('6x384:1000xnatural').lengths, 'natural');
  assert.deepEqual(trainCase('2x128:32x2x16@ours+jax-wasm'), {
    kind: 'train', name: '2x128:32x2x16', layers: 2, hidden: 128, count: 32, lengths: 16, only: ['ours', 'jax-wasm'],
  });
});

test('what is no case is refused with an example', () => {
  for (const text of ['1024x384', '0x4x4', '1x2x3x4', 'axbxc', '']) assert.throws(() => matmulCase(text), /1024x384x384/);
  for (const text of ['6x384', '6x384:32', '6:32x32', '6x384:x32', '6x384:3x2xlong']) assert.throws(() => encodeCase(text), /6x384:32x32/);
  for (const text of ['2x128:32x16', '2x128:1x2x16', '2x128:32x3x16']) assert.throws(() => trainCase(text), /2x128:32x2x16/);
});

test('a sweep varies one size', () => {
  const { axis, points } = sweepAxis('length=8:64');
  assert.equal(axis, 'length');
  assert.deepEqual(points.map((point) => point.case.name), ['2x128:32x2x8', '2x128:32x2x64']);
  assert.deepEqual(sweepAxis('hidden').points.at(-1).case.hidden, 768);
  for (const text of ['width', 'batch=8:x', 'batch=']) assert.throws(() => sweepAxis(text), /no sweep/);
});

test('ours is always there, and first', () => {
  assert.deepEqual(readOptions(['--contenders', 'jax-wasm,ours']).contenders, ['ours', 'jax-wasm']);
  assert.deepEqual(readOptions(['--contenders', 'jax-wasm']).contenders, ['ours', 'jax-wasm']);
});

test('an explicit option wins over --quick, which wins over the default', () => {
  const given = readOptions(['--quick', '--matmul', '8x8x8']);
  assert.deepEqual(given.matmul.map((one) => one.name), ['8x8x8']);
  assert.equal(given.rounds, 2);
  assert.equal(readOptions([]).rounds, 5);
});

test('what is unknown is named', () => {
  assert.throws(() => readOptions(['--contenders', 'torch']), /"torch" is no contender; known are ours/);
  assert.throws(() => readOptions(['--workloads', 'bake']), /no workload/);
  assert.throws(() => readOptions(['--adapter', 'abacus']), /no adapter/);
  assert.throws(() => readOptions(['--rounds', '0']), /--rounds/);
  assert.throws(() => readOptions(['--speed', '9']), /speed/);
});

test('only those take part who can', () => {
  const all = ['ours', 'jax-webgpu', 'jax-webgpu-onehot', 'tfjs-wasm', 'ort-wasm-1'];
  assert.deepEqual(able('train', all), ['ours', 'jax-webgpu', 'jax-webgpu-onehot', 'tfjs-wasm']);
  assert.deepEqual(able('encode', all), ['ours', 'jax-webgpu', 'tfjs-wasm', 'ort-wasm-1']);
  assert.deepEqual(able('first', all), ['ours', 'jax-webgpu', 'jax-webgpu-onehot']);
});
