// The playground's views of a list, and looking back through a run.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';

const sentences = ['a cat sat', 'the dog ran', 'blue sky', 'green grass', 'a cat sat', 'old house'];

async function atPlayground(page, text) {
  const studio = new Studio(page);
  await studio.ready();
  await studio.loadTinyModel();
  await studio.go('Playground');
  if (text) await page.locator('#playground-text').fill(text);
  return studio;
}

const tab = (page, name) => page.getByRole('tab', { name, exact: true });

test('two sentences have their cosine while one types, the same as in the matrix, and after a run the one before beside it', async () => {
  await withPage({}, async (page) => {
    const studio = await atPlayground(page, ['a cat sat', 'the dog ran', 'blue sky', 'green grass', 'old house', 'red car'].join('\n'));
    const cosine = page.locator('#pair-cosine');
    await page.getByLabel('First sentence').fill('a cat sat');
    await page.getByLabel('Second sentence').fill('blue sky');
    const cell = page.locator('.matrix tbody tr').first().locator('td').nth(2);
    await page.waitForFunction(() => document.querySelectorAll('.matrix tbody tr').length === 6);
    const of = async () => /: (\S+?)(,|$)/.exec(await cell.getAttribute('title'))[1];
    const wanted = await of();
    await page.waitForFunction((wanted) => document.querySelector('#pair-cosine').textContent === wanted, wanted);
    await page.getByText(/Nearer than \d+ % of the pairs/).waitFor();

    await page.getByLabel('Second sentence').fill('a cat sat');
    await page.waitForFunction(() => document.querySelector('#pair-cosine').textContent === '1.000');
    await page.getByLabel('Second sentence').fill(' ');
    await page.getByText('Type two sentences').waitFor();
    assert.equal(await cosine.innerText(), '–');

    await page.getByLabel('Second sentence').fill('blue sky');
    await studio.go('Studio');
    await studio.loadTinyTexts();
    await studio.recipe({ 'batch-size': 4, steps: 3, 'learning-rate': '0.01' });
    await studio.train();
    await studio.phase(/^Finished/);
    await studio.go('Playground');
    // The run has chosen its own pooler: the matrix knows what that made of them before.
    await page.waitForFunction(() => / before training /.test(document.querySelector('.matrix tbody tr td:nth-of-type(3)').title));
    const [, after, before] = /: (\S+), before training (\S+)$/.exec(await cell.getAttribute('title'));
    await page.getByText(`before training ${before}`).waitFor();
    assert.equal(await cosine.innerText(), after);
    assert.notEqual(after, before);
  });
});

test('a list is searched, mapped, looked through for duplicates and exported', async () => {
  await withPage({}, async (page) => {
    const studio = await atPlayground(page, sentences.join('\n'));
    await tab(page, 'Search').click();
    await page.getByLabel('Look for').fill('a cat sat');
    await page.getByLabel('Look for').press('Enter');
    const ranking = page.locator('#playground-panel-search .ranking li');
    await ranking.first().waitFor();
    assert.equal(await ranking.count(), sentences.length);
    const ranked = await ranking.evaluateAll((rows) => rows.map((row) => row.innerText.split('\n').map((part) => part.trim())));
    assert.deepEqual(ranked.slice(0, 2).map((row) => row.at(-1)), ['a cat sat', 'a cat sat']);
    const cosines = ranked.map(([cosine]) => Number(cosine));
    assert.deepEqual(cosines, cosines.toSorted((one, other) => other - one));
    assert.ok(Math.abs(cosines[0] - 1) < 1e-3 && cosines[2] < cosines[1]);

    // With the keyboard from tab to tab.
    await tab(page, 'Search').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await tab(page, 'Map').getAttribute('aria-selected'), 'true');
    await page.getByRole('button', { name: 'Draw the map' }).click();
    const caption = page.locator('.map .matrix-caption');
    await caption.filter({ hasText: '6 sentences. PCA; the axes explain' }).waitFor();
    const [head, ...points] = await studio.chartFiles('Map of the sentences', 'map');
    assert.deepEqual([head, points.map(([sentence]) => sentence)], [['sentence', 'x', 'y'], sentences]);
    // The same sentence twice is one point.
    for (const axis of [1, 2]) assert.ok(Math.abs(points[0][axis] - points[4][axis]) < 1e-4);
    assert.ok(Math.abs(points[0][1] - points[2][1]) > 1e-4, 'others lie elsewhere');
    await page.locator('#playground-panel-map .segments label', { hasText: 'UMAP' }).click();
    await caption.filter({ hasText: 'UMAP of 15 neighbours' }).waitFor();
    assert.equal(await page.locator('.map canvas').count(), 1);

    await tab(page, 'Near-duplicates').click();
    await page.getByRole('button', { name: 'Find pairs' }).click();
    const pairs = page.locator('.ranking-pairs li');
    await pairs.first().waitFor();
    await page.locator('#duplicates-threshold').fill('0.99');
    assert.match(await pairs.first().innerText(), /^1\.000\s+a cat sat\s+a cat sat$/);

    await tab(page, 'Export').click();
    const { bytes: array } = await studio.download('NumPy array (.npy)');
    const format = array.subarray(0, 10 + array.readUInt16LE(8)).toString('latin1');
    const [, rows, dimensions] = format.match(/'descr': '<f4'.*'shape': \((\d+), (\d+)/).map(Number);
    assert.equal(rows, sentences.length);
    assert.equal(array.length, format.length + 4 * rows * dimensions);
    const number = (row, column) => array.readFloatLE(format.length + 4 * (row * dimensions + column));
    const length = Math.hypot(...[...Array(dimensions).keys()].map((column) => number(1, column)));
    assert.ok(Math.abs(length - 1) < 1e-5);
    const table = (await studio.download('Table (.csv)')).bytes.toString().trim().split('\n');
    assert.equal(table.length, 1 + rows);
    const [sentence, first] = table[2].split(',');
    assert.equal(sentence, 'the dog ran');
    assert.ok(Math.abs(Number(first) - number(1, 0)) < 1e-6);
  });
});

test('twenty thousand pasted lines are searched, broken off, put away and brought back', async () => {
  await withPage({}, async (page) => {
    const studio = await atPlayground(page);
    const words = ['cat', 'dog', 'sky', 'grass', 'house'];
    await studio.paste('playground-text', [...Array(20_000).keys()].map((line) => `${words[line % 5]} ${words[line % 3]} ${line}`).join('\n'));
    await page.getByText('20,000 sentences', { exact: true }).waitFor();
    await tab(page, 'Search').click();
    await page.getByRole('button', { name: 'Encode 20,000 sentences' }).click();
    await page.locator('#playground-panel-search [role=progressbar]').waitFor();
    await page.locator('#playground-panel-search').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Encode 20,000 sentences' }).waitFor();

    await page.getByLabel('Look for').fill('dog dog 1');
    await page.getByLabel('Look for').press('Enter');
    await page.getByText('20,000 sentences by their cosine with').waitFor();
    assert.equal(await page.locator('#playground-panel-search .ranking li').count(), 25);
    await page.getByRole('button', { name: 'Show more' }).click();
    assert.equal(await page.locator('#playground-panel-search .ranking li').count(), 50);

    await page.getByRole('button', { name: 'Remove this text' }).click();
    await page.locator('#playground-text').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('20,000 sentences', { exact: true }).waitFor();
  });
});

test('a run goes step by step, shows its batch, and can be looked back through', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadTinyTexts();
    await studio.recipe({ 'batch-size': 4, steps: 2000, 'eval-every': 2, 'learning-rate': '1e-3' });
    await studio.tab('batch');

    await studio.train();
    await studio.reach(2);
    await studio.pause();
    const before = await studio.step();
    await studio.button('One step').click();
    await studio.reach(before + 1);
    await studio.button('Resume').waitFor();
    assert.equal(await studio.step(), before + 1);
    const caption = page.locator('#studio-panel-batch .matrix-caption', { hasText: `Step ${before + 1}: 4 × 4 cosines` });
    await caption.waitFor();
    const [, positive, other] = (await caption.innerText()).match(/positives (-?\d\.\d+), of all others (-?\d\.\d+)/).map(Number);
    assert.ok(positive >= other && positive <= 1, await caption.innerText());
    // Charts out of sight are not drawn.
    await page.locator('.batch-matrix').scrollIntoViewIfNeeded();
    assert.deepEqual(
      await page.locator('.batch-matrix canvas').evaluate(({ width, height }) => [width, height]),
      [4, 4],
    );
    const [columns, ...matrix] = await studio.chartFiles('Similarity matrix of the batch', 'batch');
    assert.deepEqual(columns, ['anchor', '1', '2', '3', '4']);
    const mean = matrix.reduce((sum, cosines, row) => sum + Number(cosines[row + 1]), 0) / matrix.length;
    assert.ok(Math.abs(mean - positive) < 1e-3, `${mean} instead of ${positive}`);
    const [kinds, ...intervals] = await studio.chartFiles('Cosines of the batch', 'batch-histogram');
    assert.deepEqual(kinds, ['cosine_from', 'cosine_to', 'positive', 'negative', 'hard_negative']);
    const total = (column) => intervals.reduce((sum, row) => sum + Number(row[column]), 0);
    assert.deepEqual([2, 3, 4].map(total), [4, 12, 0]);
    await studio.button('Stop').click();
    await studio.phase('Stopped');

    await studio.go('Playground');
    const scrubber = page.locator('#playground-step');
    const original = await studio.compareHere(['a cat sat', 'blue sky']);
    const steps = Number(await scrubber.getAttribute('max'));
    assert.ok(steps >= 1);
    await scrubber.fill('1');
    await page.locator('.matrix-caption', { hasText: 'Fine-tuned weights (step 2)' }).first().waitFor();
    await scrubber.fill('0');
    await page.locator('.matrix-caption', { hasText: 'Loaded weights' }).first().waitFor();
    assert.equal(original.length, 2);
  });
});
