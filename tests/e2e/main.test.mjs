// The main job, end to end: a real encoder from the site, real sentences, a run that moves alignment and uniformity,
// paused and resumed, compared in the playground and taken home.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { header } from './tiny_model.mjs';

/** The files of an uncompressed zip: name → bytes. */
function unzip(bytes) {
  const files = {};
  let at = 0;
  while (bytes.readUInt32LE(at) === 0x04034b50) {
    assert.equal(bytes.readUInt16LE(at + 8), 0, 'stored, not compressed');
    const [size, nameLength, extraLength] = [22, 26, 28].map((field) =>
      field === 22 ? bytes.readUInt32LE(at + field) : bytes.readUInt16LE(at + field),
    );
    const name = bytes.subarray(at + 30, at + 30 + nameLength).toString();
    const start = at + 30 + nameLength + extraLength;
    files[name] = bytes.subarray(start, start + size);
    at = start + size;
  }
  return files;
}

test('all-MiniLM-L6-v2 is loaded, trained, paused, resumed, compared and downloaded', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadSiteModel();
    await studio.loadSamples();
    const original = await studio.compare(['A cat sleeps.', 'A kitten naps.', 'The train leaves at noon.']);
    assert.ok(original[0][1] > 0.5 && original[0][2] < 0.2, JSON.stringify(original));

    // Six steps of four: what a software adapter gets through in a test; the rate is high so that they tell.
    const options = { 'batch-size': 4, steps: 6, 'eval-every': 3, 'learning-rate': '1e-4', 'max-length': 16 };
    await studio.recipe({ ...options, pooler: 'avg: mean of all tokens' });
    await studio.train();
    await studio.reach(2);
    await studio.pause();
    const pausedAt = await studio.step();
    assert.ok(pausedAt >= 2 && pausedAt < 6, `paused at ${pausedAt}`);
    const during = await studio.compare(['A cat sleeps.', 'The train leaves at noon.']);
    assert.equal(during.length, 2);
    await studio.button('Resume').click();
    await studio.phase('Finished');

    const evaluations = await studio.evaluations();
    assert.deepEqual(evaluations.map(({ step }) => step), [0, 3, 6]);
    const [first, last] = [evaluations[0], evaluations.at(-1)];
    assert.ok(Math.abs(last.uniformity - first.uniformity) > 0.01, JSON.stringify(evaluations));
    assert.ok(Math.abs(last.alignment - first.alignment) > 0.002, JSON.stringify(evaluations));
    for (const { spearman } of evaluations) assert.ok(spearman > 50 && spearman <= 100, `Spearman ${spearman}`);
    for (const chart of await page.locator('[data-chart] canvas, .chart canvas').all()) {
      assert.ok(await chart.isVisible());
    }

    const { name, bytes } = await studio.download('Model folder (.zip)');
    assert.match(name, /^all-MiniLM-L6-v2-simcse-step-\d+\.zip$/);
    const files = unzip(bytes);
    const folder = name.replace('.zip', '/');
    for (const file of ['config.json', 'tokenizer.json', 'modules.json', '1_Pooling/config.json', 'simcse.json', 'continue_training.py']) {
      assert.ok(files[folder + file], `${file} is in the archive`);
    }
    const tensors = header(files[`${folder}model.safetensors`]);
    assert.deepEqual(tensors['embeddings.word_embeddings.weight'].shape, [30522, 384]);
    assert.equal(tensors['encoder.layer.5.output.dense.weight'].dtype, 'F32');
    assert.equal(JSON.parse(files[`${folder}simcse.json`]).pooler, 'avg');
    assert.match(files[`${folder}continue_training.py`].toString(), /^BATCH_SIZE = 4 .*^LEARNING_RATE = 1e-4$/ms);
  });
});

test('on a phone the button is on the first screen, and leads to the run', async () => {
  const [width, height] = [390, 844];
  await withPage({ context: { viewport: { width, height } } }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    const button = await studio.button('Try it with the sample').boundingBox();
    assert.ok(button.y > 0 && button.y + button.height < height, JSON.stringify(button));
    const run = page.locator('#run');
    assert.ok((await run.boundingBox()).y > height, 'the run is below');
    await studio.button('Try it with the sample').click();
    await page.waitForFunction(() => document.querySelector('#run').getBoundingClientRect().top < 200);
    await studio.reach(1);
    await studio.button('Stop').click();
    await studio.phase('Stopped');
  });
});

test('one press: the encoder that comes with the site is trained, and the point moves', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.button('Try it with the sample').click();
    // Not to its end: a machine without a GPU takes minutes.
    await page.waitForFunction(() => document.querySelectorAll('.evaluations tbody tr').length >= 3);
    await studio.button('Stop').click();
    await studio.phase('Stopped');
    const evaluations = await studio.evaluations();
    const [first, last] = [evaluations[0], evaluations.at(-1)];
    assert.ok(last.uniformity < first.uniformity - 0.5, 'sentences spread over the sphere');
    assert.match(await page.locator('.loaded-name').first().innerText(), /^starter/);
  });
});
