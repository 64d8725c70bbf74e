// A page does not grow with its work; `cargo xtask soak` works it much longer.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { soakEncodings, soakRuns, soakSteps } from './soak.mjs';

/** Of the processes' memory; a browser's own caches come and go by some MiB. A leak of a model a run shows in the buffers. */
const MIBIBYTES = 40;

for (const [device, runs, steps, encodings] of [['cpu', 12, 2000, 2000], ['gpu', 3, 12, 20]]) {
  test(`runs, steps and encodings leave no buffer behind, and memory flat: ${device}`, async () => {
    for (const { growth, bufferGrowth, buffers, readings } of [
      await soakRuns({ device, runs, steps: device === 'cpu' ? 20 : 2 }),
      await soakSteps({ device, steps }),
      await soakEncodings({ device, encodings }),
    ]) {
      const said = JSON.stringify(readings);
      assert.ok(growth < MIBIBYTES, said);
      assert.equal(bufferGrowth, 0, said);
      assert.equal(buffers > 0, device === 'gpu', said);
    }
  });
}
