import assert from 'node:assert/strict';
import { test } from 'node:test';

import { difference, dimensions, encodeSorted, maskBias, matmulError, matrix, padded, readSafetensors } from '../contenders/inputs.mjs';
import { sentencesOf } from '../lib/inputs.mjs';

test('a safetensors file is read by name', () => {
  const header = JSON.stringify({ __metadata__: {}, a: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } });
  const file = new ArrayBuffer(8 + header.length + 12);
  new DataView(file).setBigUint64(0, BigInt(header.length), true);
  new Uint8Array(file, 8).set(new TextEncoder().encode(header));
  new DataView(file).setFloat32(8 + header.length + 8, 2.5, true);
  assert.deepEqual(readSafetensors(file), { a: { shape: [2], data: Float32Array.of(0, 2.5) } });
});

test('heads are as wide as in src/bench/model.rs', () => {
  const widths = [128, 200, 256, 384, 512, 768].map((hidden) => hidden / dimensions({ layers: 1, hidden }).heads);
  assert.deepEqual(widths, [32, 25, 32, 32, 64, 64]);
});

test('rows are padded, masked and averaged over their own tokens', () => {
  const batch = padded([[5, 6, 7], [8]], 4);
  assert.deepEqual([batch.rows, batch.tokens], [2, 4]);
  assert.deepEqual([...batch.ids], [5, 6, 7, 0, 8, 0, 0, 0]);
  assert.deepEqual([...batch.mask], [1, 1, 1, 0, 1, 0, 0, 0]);
  assert.deepEqual([...batch.share].map((share) => share.toFixed(3)), ['0.333', '0.333', '0.333', '0.000', '1.000', '0.000', '0.000', '0.000']);
  assert.deepEqual([...maskBias(batch.mask)].slice(2, 4), [0, -1e9]);
});

test('vectors come back in the order of the rows', async () => {
  const rows = Array.from({ length: 70 }, (_, at) => Array(1 + ((at * 13) % 9)).fill(at));
  let calls = 0;
  const vectors = await encodeSorted(rows, 2, async (batch) => {
    calls += 1;
    assert.ok(batch.length <= 32);
    return Float32Array.from(batch.flatMap((row) => [row[0], row.length]));
  });
  assert.equal(calls, 3);
  rows.forEach((row, at) => assert.deepEqual([...vectors.subarray(2 * at, 2 * at + 2)], [at, row.length]));
});

test('a wrong product is found out, a right one is not', () => {
  const task = { m: 5, k: 3, n: 4 };
  const [a, b] = [matrix(15, 1), matrix(12, 2)];
  const product = new Float32Array(20);
  for (let row = 0; row < 5; row += 1)
    for (let column = 0; column < 4; column += 1)
      for (let at = 0; at < 3; at += 1) product[row * 4 + column] += a[row * 3 + at] * b[at * 4 + column];
  assert.ok(matmulError(task, a, b, product) < 1e-6);
  product[7] += 0.01;
  assert.ok(matmulError(task, a, b, product) > 1e-3);
  product[7] = NaN;
  assert.equal(matmulError(task, a, b, product), Infinity);
  assert.equal(matmulError(task, a, b, product.subarray(1)), Infinity);
});

test('a NaN differs from everything', () => {
  assert.equal(difference([1, 2], [1, 2.5]), 0.5);
  assert.equal(difference([1, NaN], [1, NaN]), Infinity);
  assert.equal(difference([1], [1, 2]), Infinity);
});

test("sentences are lines, or the pairs of STS-B's table", () => {
  assert.deepEqual(sentencesOf('One.\n\nTwo.\r\n'), ['One.', 'Two.']);
  const row = (a, b) => ['main', 'MSRvid', '2012', '1', '5.0', a, b].join('\t');
  assert.deepEqual(sentencesOf(`${row('A.', 'B.')}\n${row('C.', 'D.')}\n`), ['A.', 'B.', 'C.', 'D.']);
});
