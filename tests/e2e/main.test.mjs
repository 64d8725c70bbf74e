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

    const { name, bytes } = await studio.takeHome('Model folder (.zip)');
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
    assert.match(files[`${folder}continue_training.py`].toString(), /^LEARNING_RATE = 1e-4$.*^BATCH_SIZE = 4$/ms);
  });
});

test('on a phone the picture and the button are on the first screen', async () => {
  const [width, height] = [390, 844];
  await withPage({ arrives: true, context: { viewport: { width, height } } }, async (page) => {
    const studio = new Studio(page);
    await pictureShown(page);
    const train = studio.button('Train');
    for (const part of [page.locator('.picture-place canvas'), train]) {
      const box = await part.boundingBox();
      assert.ok(box.y > 0 && box.y + box.height < height && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
    }
    await train.click();
    await studio.reach(1);
    await studio.button('Stop').click();
    await studio.phase('Stopped');
  });
});

test('on arrival the encoder of the site shows its sentences; one press trains it, and they move and come together', async () => {
  await withPage({ arrives: true }, async (page) => {
    const studio = new Studio(page);
    const before = await pictureShown(page);
    assert.equal(before.step, 0);
    await studio.button('Train').click();
    // Not to its end: a machine without a GPU takes minutes. The picture has come with each evaluation, after the first step,
    // and in between.
    await page.waitForFunction(() => {
      const evaluations = document.querySelectorAll('.evaluations tbody tr').length;
      return evaluations >= 3 && Number(document.querySelector('.time-bar input').max) + 1 >= evaluations + 2;
    });
    await studio.button('Stop').click();
    await studio.phase('Stopped');
    const evaluations = await studio.evaluations();
    const [first, last] = [evaluations[0], evaluations.at(-1)];
    assert.ok(last.uniformity < first.uniformity - 0.5, 'sentences spread over the sphere');
    assert.match(await page.locator('.fold-state').first().innerText(), /^starter/);

    const after = await pictureShown(page);
    assert.ok(after.frames > 2 && after.step > 0, JSON.stringify(after));
    assert.ok(after.agreeing > before.agreeing, `${before.agreeing} sentences had one that means alike nearest, ${after.agreeing} have`);
    assert.match(await page.locator('.picture-score').innerText(), new RegExp(`^${after.agreeing} of 60 .*\\(${before.agreeing} before training\\)`));
    // The time bar goes back to the beginning, and plays it again.
    await page.getByRole('slider', { name: 'Time in the run' }).fill('0');
    assert.deepEqual(await pictureShown(page), { ...after, step: 0, index: 0, agreeing: before.agreeing });
    await studio.button('Replay').click();
    await page.waitForFunction((last) => document.querySelector('.time-bar input').value === String(last), after.frames - 1);
    assert.equal((await pictureShown(page)).step, after.step);
    // The same as a film: its pictures are read by the browser itself.
    const { name, bytes } = await studio.download('Save the run as an animated GIF');
    assert.equal(name, 'simcse-lab-run.gif');
    const pictures = await page.evaluate(async (data) => {
      const decoder = new ImageDecoder({ data: Uint8Array.from(data), type: 'image/gif' });
      await decoder.tracks.ready;
      await decoder.completed;
      return decoder.tracks.selectedTrack.frameCount;
    }, [...bytes]);
    assert.ok(pictures >= after.frames, `${pictures} pictures of ${after.frames} frames`);
  });
});

test('a browser that saves data is sent nothing unasked, and an empty start is empty', async () => {
  const saving = (page) => page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  for (const options of [{ arrives: true, beforeLoad: saving }, {}]) {
    await withPage(options, async (page) => {
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      await new Studio(page).ready();
      await page.waitForTimeout(500);
      assert.deepEqual(asked.filter((url) => /safetensors|\/data\//.test(url)), []);
      assert.ok(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled());
    });
  }
});

/** The frame of the picture that is shown, once there is one. */
async function pictureShown(page) {
  await page.waitForFunction(() => /\d/.test(document.querySelector('.picture-score strong')?.textContent ?? ''));
  return page.evaluate(() => {
    const range = document.querySelector('.time-bar input');
    const [step] = document.querySelector('.time-step').textContent.match(/[\d,]+/) ?? ['0'];
    return {
      index: Number(range.value),
      frames: Number(range.max) + 1,
      step: Number(step.replaceAll(',', '')),
      agreeing: Number(document.querySelector('.picture-score strong').textContent.match(/^\d+/)[0]),
    };
  });
}
