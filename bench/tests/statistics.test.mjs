import assert from 'node:assert/strict';
import { test } from 'node:test';

import { converted, growth, repetitions, sampleRows, summary } from '../lib/statistics.mjs';

test('the median is the middle, or the mean of both middles', () => {
  assert.deepEqual(summary([10, 2, 9]), { median: 9, min: 2, max: 10, samples: 3 });
  assert.equal(summary([4, 1, 3, 2]).median, 2.5);
  assert.equal(summary([]), undefined);
});

test('a rate turns the spread round', () => {
  assert.deepEqual(converted(summary([2, 4, 8]), (ms) => 16 / ms), { median: 4, min: 2, max: 8, samples: 3 });
});

test('growth is the excess over the work', () => {
  const points = [
    { ms: 10, bytes: 100, work: 1, all: 2 },
    { ms: 20, bytes: 150, work: 2, all: 5 },
    { ms: 90, bytes: 300, work: 6, all: 10 },
  ];
  assert.deepEqual(growth(points), [
    { time: 1, timeOfAll: 0.8, memory: 0.75 },
    { time: 1.5, timeOfAll: 2.25, memory: 2 / 3 },
  ]);
});

test('repetitions fill a sample', () => {
  assert.equal(repetitions(100, 600, 20), 6);
  assert.equal(repetitions(0.01, 600, 20), 20);
  assert.equal(repetitions(5000, 600, 20), 1);
});

test('a sample of rows has like lengths in each group and the mean length of all', () => {
  const lengths = Array.from({ length: 1000 }, (_, at) => 5 + ((at * 7) % 40));
  const mean = (rows) => rows.reduce((sum, row) => sum + lengths[row], 0) / rows.length;
  const rows = sampleRows(lengths, 2500);
  assert.equal(new Set(rows).size, rows.length);
  assert.ok(Math.abs(mean(rows) - mean(lengths.map((_, at) => at))) < 1.5);
  for (let first = 0; first < rows.length; first += 32) {
    const group = rows.slice(first, first + 32).map((row) => lengths[row]);
    assert.ok(Math.max(...group) - Math.min(...group) <= 2);
  }
  const few = sampleRows(lengths, 40);
  assert.equal(few.length, 4);
  assert.ok(few.every((row) => Math.abs(lengths[row] - 24.5) < 2));
  assert.equal(sampleRows([3, 9, 5], 100).length, 3);
});
