// Where the picture puts sentences.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { random } from '../../bench/contenders/inputs.mjs';
import { directionsOf, followed, neighbours, placed, rowsOf, turnedLike } from '../../www/picture/geometry.js';

const HIDDEN = 24;

/** Vectors of length 1 around a common direction: `groups` of them, `each` in a group; `cone`: how much they share. */
function vectors({ groups, each, cone, seed = 1 }) {
  const next = random(seed);
  const number = () => next() + next() + next() - 1.5;
  const centres = Array.from({ length: groups }, () => Array.from({ length: HIDDEN }, number));
  const rows = centres.flatMap((centre) =>
    Array.from({ length: each }, () => centre.map((value, index) => value + 0.1 * number() + (index === 0 ? cone : 0))),
  );
  return rows.map((row) => row.map((value) => value / Math.hypot(...row)));
}

const distance = (one, other) => Math.hypot(...one.map((value, axis) => value - other[axis]));
const heights = (points) => points.map(([, , z]) => z);

test('a narrow cone lies around the pole, and spread vectors do not', () => {
  const heightsOf = (cone) => {
    const rows = vectors({ groups: 6, each: 5, cone });
    return heights(placed(rows, directionsOf(rows)));
  };
  const [narrow, wide] = [heightsOf(8), heightsOf(0.2)];
  assert.ok(Math.min(...narrow) > 0.9, `${Math.min(...narrow)}`);
  assert.ok(Math.min(...wide) < 0.3, `${Math.min(...wide)}`);
  assert.ok([...narrow, ...wide].every((height) => Math.abs(height) <= 1 + 1e-9));
});

test('points lie on the sphere, a group close together', () => {
  const rows = vectors({ groups: 4, each: 5, cone: 1 });
  const points = placed(rows, directionsOf(rows));
  for (const point of points) assert.ok(Math.abs(Math.hypot(...point) - 1) < 1e-9);
  const within = distance(points[0], points[1]);
  assert.ok(within < 0.5 * Math.max(...points.map((point) => distance(point, points[0]))));
});

test('what is turned or mirrored around the pole is turned back', () => {
  const rows = vectors({ groups: 5, each: 4, cone: 2 });
  const directions = directionsOf(rows);
  const before = placed(rows, directions);
  const { first, second } = directions;
  const turn = (c, s) => first.map((value, index) => c * value + s * second[index]);
  const mirrored = { ...directions, first: turn(Math.cos(2), Math.sin(2)), second: turn(Math.sin(2), -Math.cos(2)) };
  assert.ok(distance(placed(rows, mirrored)[0], before[0]) > 0.05);
  placed(rows, turnedLike(before, rows, mirrored)).forEach((point, index) => {
    assert.ok(distance(point, before[index]) < 1e-9, `${index}`);
  });
});

test('vectors that move by little are seen to move by little', () => {
  const rows = vectors({ groups: 6, each: 5, cone: 2 });
  const next = random(7);
  const moved = rows.map((row) => {
    const changed = row.map((value) => value + 0.01 * (next() - 0.5));
    return changed.map((value) => value / Math.hypot(...changed));
  });
  const directions = directionsOf(rows);
  const before = placed(rows, directions);
  const after = placed(moved, turnedLike(before, moved, followed(directions, moved)));
  const most = Math.max(...after.map((point, index) => distance(point, before[index])));
  assert.ok(most < 0.15, `${most}`);
});

test('the nearest are those of the highest cosines, the nearest first, never oneself', () => {
  const rows = vectors({ groups: 5, each: 4, cone: 1 });
  const { count, nearest, cosines } = neighbours(rows);
  assert.equal(count, 3);
  rows.forEach((row, index) => {
    const all = rows.map((other) => other.reduce((sum, value, column) => sum + value * row[column], 0));
    const best = all.map((_, number) => number).filter((number) => number !== index).sort((one, other) => all[other] - all[one]);
    assert.deepEqual(nearest.slice(3 * index, 3 * index + 3), best.slice(0, 3));
    assert.ok(Math.abs(cosines[3 * index] - all[best[0]]) < 1e-12);
    assert.ok(best.slice(0, 3).every((number) => Math.floor(number / 4) === Math.floor(index / 4)));
  });
});

test('one or two sentences, or all alike, have a place too', () => {
  for (const rows of [vectors({ groups: 1, each: 1, cone: 1 }), vectors({ groups: 1, each: 2, cone: 1 }), Array(4).fill(vectors({ groups: 1, each: 1, cone: 1 })[0])]) {
    const points = placed(rows, directionsOf(rows));
    assert.ok(points.flat().every(Number.isFinite), JSON.stringify(points));
  }
  const one = vectors({ groups: 1, each: 1, cone: 1 });
  assert.deepEqual(neighbours(one), { count: 0, nearest: [], cosines: [] });
});

test('rows come out of one array as they went in', () => {
  assert.deepEqual(rowsOf(Float32Array.from([1, 2, 3, 4, 5, 6]), 3), [[1, 2, 3], [4, 5, 6]]);
});
