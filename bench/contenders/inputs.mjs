// What all contenders compute on, and how far they may differ.

/** Numbers in [0, 1) from a 32-bit state (Mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers from −1 to 1. */
export function matrix(length, seed) {
  const next = random(seed);
  return Float32Array.from({ length }, () => 2 * next() - 1);
}

/** Tensors `{ shape, data }` of a safetensors file in float32. */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  delete header.__metadata__;
  const tensors = {};
  for (const [name, { shape, data_offsets: [begin, end] }] of Object.entries(header)) {
    tensors[name] = { shape, data: new Float32Array(buffer.slice(8 + length + begin, 8 + length + end)) };
  }
  return tensors;
}

/** Heads and the like of a model of this size, as `src/bench/model.rs` makes it. */
export function dimensions({ layers, hidden }) {
  let heads = Math.ceil(hidden / (hidden < 512 ? 32 : 64));
  while (hidden % heads > 0) heads += 1;
  return { layers, hidden, heads, eps: 1e-12 };
}

/**
 * Rows padded to the longest of them (to a multiple of `round`): ids, 1 for tokens and 0 for padding, each token's
 * share in its row's mean; all [rows, tokens].
 */
export function padded(rows, round = 1) {
  const longest = Math.max(...rows.map((row) => row.length));
  const tokens = Math.ceil(longest / round) * round;
  const ids = new Int32Array(rows.length * tokens);
  const mask = new Float32Array(ids.length);
  const share = new Float32Array(ids.length);
  rows.forEach((row, index) => {
    ids.set(row, index * tokens);
    mask.fill(1, index * tokens, index * tokens + row.length);
    share.fill(1 / row.length, index * tokens, index * tokens + row.length);
  });
  return { rows: rows.length, tokens, ids, mask, share };
}

/** Added to attention scores, so that padding gets no attention. */
export const maskBias = (mask) => mask.map((value) => (value - 1) * 1e9);

/** Row numbers by length, the longest first, in batches of `size`. */
export function batches(rows, size) {
  const order = rows.map((_, index) => index).sort((a, b) => rows[b].length - rows[a].length);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, at) => order.slice(at * size, (at + 1) * size));
}

/** Encodes in length-sorted batches of 32; `encode(rows)` gives vectors [rows, hidden] of one. */
export async function encodeSorted(rows, hidden, encode) {
  const vectors = new Float32Array(rows.length * hidden);
  for (const batch of batches(rows, 32)) {
    const values = await encode(batch.map((row) => rows[row]));
    batch.forEach((row, at) => vectors.set(values.subarray(at * hidden, (at + 1) * hidden), row * hidden));
  }
  return vectors;
}

/** Largest error of a product against double precision at sampled places, as a share of its largest element. */
export function matmulError({ m, k, n }, a, b, result) {
  if (result.length !== m * n) return Infinity;
  const next = random(99);
  let worst = 0;
  for (let sample = 0; sample < 2000; sample += 1) {
    const row = Math.floor(next() * m);
    const column = Math.floor(next() * n);
    let sum = 0;
    for (let at = 0; at < k; at += 1) sum += a[row * k + at] * b[at * n + column];
    const error = Math.abs(sum - result[row * n + column]);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  const largest = result.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Number.isFinite(largest) ? worst / largest : Infinity;
}

/** Largest absolute difference; infinite where one has a NaN or another length. */
export function difference(a, b) {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let at = 0; at < a.length; at += 1) {
    const error = Math.abs(a[at] - b[at]);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}
