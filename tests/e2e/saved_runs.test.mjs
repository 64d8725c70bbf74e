// Runs outlive their tab: opened again with weights and curves, not disturbed by a second tab, and honest about a full disk.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const recipe = { 'batch-size': 2, steps: 12, 'eval-every': 4, seed: 3, 'learning-rate': '1e-2' };

async function prepared(page, fields = recipe) {
  const studio = new Studio(page);
  await studio.ready();
  await studio.loadTinyModel();
  await studio.loadTinyTexts();
  await studio.recipe(fields);
  return studio;
}

test('a run that is over is opened again with its model, texts, recipe, curves and weights, until it is deleted', async () => {
  await withPage({}, async (page) => {
    let studio = await prepared(page);
    await studio.train();
    await studio.phase('Finished');
    const before = await studio.takeHome('Weights (.safetensors)');
    const evaluations = await studio.evaluations();
    const cosines = await studio.compare(['a cat sat', 'the dog ran']);

    await page.reload();
    studio = new Studio(page);
    await studio.ready();
    assert.equal(await page.locator('.cut-off-run').count(), 0, 'it is not offered as one that was cut off');
    await studio.tab('runs');
    await page.getByRole('button', { name: /^Open .*: its model, texts, recipe and weights$/ }).click();
    await studio.phase('Finished');
    const after = await studio.takeHome('Weights (.safetensors)');
    assert.ok(after.bytes.equals(before.bytes), 'the same weights');
    assert.deepEqual(await studio.evaluations(), evaluations);
    assert.deepEqual(await studio.compare(['a cat sat', 'the dog ran']), cosines);
    assert.equal(await page.locator('#seed').inputValue(), '3');
    assert.equal(await page.locator('.run-row').count(), 1, 'it is the same run, not another');

    const files = () =>
      page.evaluate(async () => {
        const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('simcse-lab');
        const count = async (name) => {
          let found = 0;
          for await (const _ of (await root.getDirectoryHandle(name)).keys()) found += 1;
          return found;
        };
        return { runs: await count('runs'), inputs: await count('inputs') };
      });
    assert.equal((await files()).runs, 1);
    await studio.tab('runs');
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByText('was deleted').waitFor();
    await page.waitForFunction(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('simcse-lab');
      for await (const _ of (await root.getDirectoryHandle('inputs')).keys()) return false;
      return true;
    });
    assert.deepEqual(await files(), { runs: 0, inputs: 0 });
  });
});

test('a run that was killed between its last state and the note of its end is offered once, and is then over', async () => {
  await withPage({}, async (page) => {
    let studio = await prepared(page);
    await studio.train();
    await studio.phase('Finished');
    const before = await studio.takeHome('Weights (.safetensors)');
    await page.evaluate(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('simcse-lab');
      for await (const run of (await root.getDirectoryHandle('runs')).values()) {
        const file = await run.getFileHandle('run.json');
        const manifest = JSON.parse(await (await file.getFile()).text());
        const writer = await file.createWritable();
        await writer.write(JSON.stringify({ ...manifest, outcome: 'open' }));
        await writer.close();
      }
    });

    await page.reload();
    studio = new Studio(page);
    await studio.ready();
    await page.locator('.cut-off-run').waitFor();
    await studio.button('Go on').click();
    await studio.phase('Finished');
    assert.ok((await studio.takeHome('Weights (.safetensors)')).bytes.equals(before.bytes), 'the same weights');

    await page.reload();
    await studio.ready();
    assert.equal(await page.locator('.cut-off-run').count(), 0);
  });
});

test('a second tab sees the run of the first, and cannot take it away', async () => {
  await withPage({}, async (page, { url, context }) => {
    const studio = await prepared(page, { ...recipe, steps: 4000, 'eval-every': 500 });
    await studio.train();
    await page.getByText(/^Kept up to step/).waitFor();
    const second = await context.newPage();
    await second.goto(`${url}?start=empty`);
    await new Studio(second).ready();
    await second.getByText('A run is under way in another tab').waitFor();
    assert.equal(await second.getByRole('button', { name: 'Go on', exact: true }).count(), 0);
    await second.close();
    await studio.button('Stop').click();
    await studio.phase('Stopped');
  });
});

test('a tab that is frozen and woken again goes on with its run', async () => {
  await withPage({}, async (page, { context }) => {
    const studio = await prepared(page, { ...recipe, steps: 1500, 'eval-every': 500 });
    await studio.train();
    await studio.reach(5);
    const session = await context.newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await studio.phase('Finished');
    assert.equal(await studio.step(), 1500);
  });
});

test('a full disk is said, and the run goes on to its end', async () => {
  await withPage({}, async (page, { url, context }) => {
    const studio = await prepared(page);
    const session = await context.newCDPSession(page);
    const { origin } = new URL(url);
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 1 });
    await studio.train();
    await page.getByText('the disk space that the browser gives this site is used up', { exact: false }).waitFor();
    await studio.phase('Finished');
    assert.equal(await studio.step(), 12);
  });
});
