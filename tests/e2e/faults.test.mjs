// A run goes on to the same bytes whatever dies; `cargo xtask faults` makes many more things die.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeFaults } from './faults.mjs';

test('a run survives twenty faults of all kinds, bit for bit', async () => {
  const { failures } = await makeFaults({ count: 20, seed: 1 });
  assert.deepEqual(failures, []);
});
