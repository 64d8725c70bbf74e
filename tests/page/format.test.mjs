// Numbers as people read them, in both of the page's languages.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, count, decimals, duration, millions, significant } from '../../www/glue/format.js';

const spaced = (text) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
const both = (of, ...values) => ['en', 'zh-CN'].map((language) => spaced(of(language, ...values)));

test('thousands are set apart', () => {
  assert.deepEqual([0, 999, 1000, 1234567].map((value) => count('en', value)), ['0', '999', '1,000', '1,234,567']);
});

test('sizes and times have units, two at most', () => {
  assert.deepEqual([12, 4200, 90868376, 1.5e9].map((value) => spaced(bytes('en', value))), ['12 bytes', '4 kB', '90.9 MB', '1.50 GB']);
  assert.deepEqual([4.6, 65, 7265].map((value) => spaced(duration('en', value))), ['5 sec', '1m 5s', '2h 1m']);
  assert.deepEqual(both(millions, 22713216), ['22.7 million', '2271.3万']);
  assert.equal(both(duration, 65)[1].replaceAll(' ', ''), '1分钟5秒');
});

test('small, large and negative values stay short, and keep their sign', () => {
  const shown = [0.01234, 4.567, 3e-5, 1234.4, -1234, -0.5, 0].map((value) => significant('en', value));
  assert.deepEqual(shown, ['0.012', '4.57', '3.00e-5', '1,234', '-1,234', '-0.500', '0.000']);
  assert.equal(decimals('en', 1.005, 1), '1.0');
});
