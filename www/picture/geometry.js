// The positions of the picture's sentences: their vectors, of length 1, on a sphere that is seen along their mean.
//
// An encoder before contrastive training keeps all sentences within a narrow cone (anisotropy: Ethayarajh 2019, arXiv
// 1909.00512; section 5 of the SimCSE paper): they lie close around the pole. Training spreads them. The other two axes
// are the directions across the pole in which the vectors differ most.

import { PCA } from "ml-pca";

/** Nearest neighbours reported for each sentence. */
const NEIGHBOURS = 3;

/** Power iterations by which the axes follow the vectors in a frame: few, so that sentences move rather than axes. */
const FOLLOWING = 2;

// A loop: the first frame is waited for, and its thread has compiled nothing yet.
function dot(one, other) {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += one[index] * other[index];
  return sum;
}

function scaled(vector, factor) {
  return vector.map((value) => value * factor);
}

function unit(vector) {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? scaled(vector, 1 / length) : vector;
}

function without(vector, direction) {
  const along = dot(vector, direction);
  return vector.map((value, index) => value - along * direction[index]);
}

/** Vectors [sentences][hidden] from one array. */
export function rowsOf(values, hidden) {
  const rows = [];
  for (let begin = 0; begin < values.length; begin += hidden) rows.push(Array.from(values.subarray(begin, begin + hidden)));
  return rows;
}

function meanDirection(rows) {
  return unit(rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0)));
}

/** The axes of the view: the pole, and two directions across it. */
export function directionsOf(rows) {
  const pole = meanDirection(rows);
  const across = rows.map((row) => without(row, pole));
  const components = rows.length > 1 ? principal(centredOf(across)) : [];
  const first = directionAcross(components[0], [pole]);
  return { pole, first, second: directionAcross(components[1], [pole, first]) };
}

/** The rows less their mean. */
function centredOf(rows) {
  const mean = rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
  return rows.map((row) => row.map((value, index) => value - mean[index]));
}

/**
 * The directions in which centred rows differ most, the first two. By the eigenvectors u of their products A·Aᵀ, which are
 * as many as there are sentences, not as there are columns: A·Aᵀ·u = λ·u makes Aᵀ·u an eigenvector of Aᵀ·A.
 */
function principal(rows) {
  const products = rows.map((row) => rows.map((other) => dot(row, other)));
  const weights = new PCA(products, { isCovarianceMatrix: true }).getLoadings().to2DArray().slice(0, 2);
  return weights.map((of) => rows[0].map((_, column) => rows.reduce((sum, row, index) => sum + of[index] * row[column], 0)));
}

/** A unit vector at right angles to `others`, near `wanted`; any where nothing is left of that, as for two points. */
function directionAcross(wanted, others) {
  const axes = others[0].map((_, axis) => others[0].map((_, index) => (index === axis ? 1 : 0)));
  for (const candidate of [...(wanted ? [wanted] : []), ...axes]) {
    const left = others.reduce(without, candidate);
    if (dot(left, left) > 1e-6) return unit(left);
  }
  return others[0];
}

/** The axes for the next frame's vectors: their own pole, and the other two of `before`, moved after them. */
export function followed(before, rows) {
  const pole = meanDirection(rows);
  const centred = centredOf(rows.map((row) => without(row, pole)));
  let { first, second } = before;
  for (let step = 0; step < FOLLOWING; step += 1) {
    first = unit(stretched(centred, without(first, pole)));
    second = unit(without(stretched(centred, without(second, pole)), first));
  }
  return { pole, first, second };
}

/** A direction times the vectors' covariance: one power iteration towards those in which they differ most. */
function stretched(rows, direction) {
  const sum = direction.map(() => 0);
  for (const row of rows) {
    const along = dot(row, direction);
    row.forEach((value, index) => (sum[index] += along * value));
  }
  return sum;
}

/** Points of the unit sphere, [x, y, z] of each row; z is towards the pole. */
export function placed(rows, { pole, first, second }) {
  return rows.map((row) => unit([dot(row, first), dot(row, second), dot(row, pole)]));
}

/**
 * Rotates the axes around the pole, and mirrors one if needed, so that the points lie as near to those of before as
 * possible (Procrustes' problem in the plane; the sign of a principal component is arbitrary).
 */
export function turnedLike(before, rows, directions) {
  const turns = [directions, { ...directions, second: scaled(directions.second, -1) }].map((candidate) => {
    const points = placed(rows, candidate);
    let [along, across] = [0, 0];
    points.forEach(([x, y], index) => {
      const [u, v] = before[index];
      along += u * x + v * y;
      across += v * x - u * y;
    });
    const angle = Math.atan2(across, along);
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const turn = (c, s) => candidate.first.map((value, index) => c * value + s * candidate.second[index]);
    return { nearness: Math.hypot(along, across), turned: { ...candidate, first: turn(cosine, -sine), second: turn(sine, cosine) } };
  });
  return turns.sort((one, other) => other.nearness - one.nearness)[0].turned;
}

/** The nearest sentences of each, nearest first: their indices and cosines, [sentences × NEIGHBOURS] each. */
export function neighbours(rows) {
  const count = Math.min(NEIGHBOURS, rows.length - 1);
  const [nearest, cosines] = [[], []];
  rows.forEach((row, index) => {
    const found = rows
      .map((other, number) => ({ number, cosine: dot(row, other) }))
      .filter(({ number }) => number !== index)
      .sort((one, other) => other.cosine - one.cosine)
      .slice(0, count);
    found.forEach(({ number, cosine }) => {
      nearest.push(number);
      cosines.push(cosine);
    });
  });
  return { count, nearest, cosines };
}
