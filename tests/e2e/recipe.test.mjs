// What a recipe can do beyond the paper's default, through the form: each option reaches the engine.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const recipe = { 'batch-size': 8, steps: 200, 'eval-every': 0, seed: 3, pooler: 'avg: mean of all tokens' };

test('augmentation, loss, masked words, widths and micro-batches train, and are kept with the run', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadSamples();
    await studio.recipe(recipe);
    const card = studio.card('Recipe');
    await studio.unfold('Loss, augmentation and memory', card);
    await card.locator('#loss').selectOption({ label: 'symmetric: both directions' });
    await card.locator('#augmentation').selectOption({ label: 'synonym: swap a word for its synonym (WordNet)' });
    await card.locator('#mlm-weight').fill('0.1');
    await card.locator('#micro-batch-size').fill('3');
    await card.locator('#matryoshka').fill('30, 8');
    await card.getByText('enter multiples of 4').first().waitFor();
    await card.locator('#matryoshka').fill('32, 8');
    await studio.train();
    await studio.reach(2);
    await studio.pause();
    const { bytes } = await studio.takeHome('Run so far (checkpoint)');
    const text = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString();
    const { options } = JSON.parse(JSON.parse(text).__metadata__.simcse_lab);
    const { loss, augmentation, mlm_weight: mlm, micro_batch_size: micro, matryoshka } = options;
    assert.deepEqual(
      { loss, augmentation, mlm: Number(mlm.toFixed(6)), micro, matryoshka },
      { loss: 'symmetric', augmentation: 'synonym:0', mlm: 0.1, micro: 3, matryoshka: [32, 8] },
    );
    await studio.button('Resume').click();
    await studio.phase('Finished');
    assert.ok(text.includes('weights.cls.predictions.transform.dense.weight'), 'the MLM head is trained');
  });
});
