// The same seed gives the same weights, bit for bit; pausing and coming back from a checkpoint change nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file } from './tiny_model.mjs';

const recipe = { 'batch-size': 8, steps: 160, 'eval-every': 60, seed: 11, pooler: 'cls: [CLS] through the head' };

async function prepared(page) {
  const studio = new Studio(page);
  await studio.ready();
  await studio.loadTinyModel();
  await studio.loadSamples();
  await studio.recipe(recipe);
  return studio;
}

test('six epochs twice, paused, and resumed from a file: the same bytes', async () => {
  let straight;
  let checkpoint;
  await withPage({}, async (page) => {
    const studio = await prepared(page);
    await studio.train();
    await studio.phase('Finished');
    straight = await studio.takeHome('Weights (.safetensors)');

    await studio.recipe({ seed: 12 });
    await studio.train();
    await studio.phase('Finished');
    const otherSeed = await studio.takeHome('Weights (.safetensors)');
    assert.notDeepEqual(otherSeed.bytes, straight.bytes);

    await studio.recipe({ seed: 11 });
    await studio.train();
    await studio.reach(5);
    await studio.pause();
    const pausedAt = await studio.step();
    assert.ok(pausedAt < 160, `paused at ${pausedAt}`);
    checkpoint = await studio.takeHome('Run so far (checkpoint)');
    await page.waitForTimeout(500);
    assert.equal(await studio.step(), pausedAt);
    await studio.button('Resume').click();
    await studio.phase('Finished');
    const paused = await studio.takeHome('Weights (.safetensors)');
    assert.deepEqual(paused.bytes, straight.bytes);
  });
  await withPage({}, async (page) => {
    const studio = await prepared(page);
    await studio.tab('download');
    await studio.unfold('Go on from a checkpoint');
    await studio.give('checkpoint-file', [file(checkpoint.name, checkpoint.bytes)]);
    await studio.button('Resume').click();
    await studio.phase('Finished');
    const restored = await studio.takeHome('Weights (.safetensors)');
    assert.deepEqual(restored.bytes, straight.bytes);
  });
});
