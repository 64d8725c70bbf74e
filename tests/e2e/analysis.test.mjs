// Singular values and cosines by gold score, of the loaded weights and, after a run, of the trained ones beside them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file } from './tiny_model.mjs';

const pairs = [
  ['the cat sat', 'the cat sat', 5],
  ['a dog runs', 'a dog runs', 4],
  ['fish and chips', 'chips and fish', 3.5],
  ['blue sky', 'green grass', 1],
  ['one two three', 'north wind', 0.5],
  ['the old house', 'zebra', 0],
];
const tsv = pairs.map((pair) => pair.join('\t')).join('\n');
const texts = pairs.map(([first]) => first).join('\n');

/** Rows of the CSV, as arrays. */
async function rows(studio) {
  const { name, bytes } = await studio.download('Analysis as CSV');
  assert.equal(name, 'analysis.csv');
  const [header, ...lines] = bytes.toString().trim().split('\n').map((line) => line.split(','));
  assert.deepEqual(header, ['model', 'step', 'pooler', 'measure', 'gold', 'at', 'value']);
  return lines.map(([, step, pooler, measure, gold, at, value]) => ({ step: Number(step), pooler, measure, gold, at: Number(at), value: Number(value) }));
}

test('the loaded pairs are analysed, and after a run both states are set side by side', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    const card = studio.card('Behind the scores');
    await studio.loadTinyModel();
    await studio.elsewhere('Evaluation', async () => assert.ok(await studio.button('Analyse').isDisabled()));
    await studio.give('evaluation-file', [file('graded.tsv', tsv)]);
    await page.getByText('graded.tsv').first().waitFor();
    await studio.go('Evaluation');
    await studio.button('Analyse').click();
    for (const name of ['spectrum', 'cosines']) {
      const place = card.locator(`.chart-${name} .chart-place`);
      await place.locator('canvas').waitFor();
      assert.match(await place.getAttribute('aria-label'), /Loaded weights: (rank 2 0|mean cosine)/);
    }
    const measured = await studio.evaluate();
    const before = await rows(studio);
    const of = (all, measure) => all.filter((row) => row.measure === measure);
    assert.equal(of(before, 'spearman')[0].value.toFixed(2), measured.spearman.toFixed(2));
    const values = of(before, 'singular_value').map((row) => row.value);
    assert.equal(values.length, 12, 'as many as sentences, which are fewer than dimensions');
    assert.ok(values.every((value, index) => index === 0 || value <= values[index - 1]));
    // Ten different sentences among the twelve: two directions are empty.
    assert.ok(values[9] > 1e-3 && values[10] < 1e-3 * values[0], values.join(' '));
    const filled = of(before, 'histogram').filter((row) => row.value > 0);
    assert.equal(filled.reduce((sum, row) => sum + row.value, 0), pairs.length);
    assert.deepEqual(filled.filter((row) => row.gold === '4-5').map(({ at, value }) => [at, value]), [[0.95, 2]]);

    const spectrum = await studio.chartFiles('Singular values', 'spectrum');
    assert.deepEqual(spectrum.slice(1).map((row) => Number(row.at(-1))), values);
    const cosines = await studio.chartFiles('Cosines by gold score', 'cosines');
    assert.equal(cosines.length, 1 + of(before, 'histogram').length);

    await studio.go('Studio');
    await studio.give('training-file', [file('texts.txt', texts)]);
    await page.getByText('texts.txt').first().waitFor();
    await studio.recipe({ 'batch-size': 3, steps: 2, 'learning-rate': '1e-2', 'eval-every': 2, pooler: 'avg: mean of all tokens' });
    await studio.train();
    await studio.phase('Finished');
    await studio.go('Evaluation');
    await studio.button('Analyse').click();
    const label = card.locator('.chart-cosines .chart-place[aria-label*="Step"]');
    await label.waitFor();
    assert.match(await label.getAttribute('aria-label'), /Loaded weights: .*; Step [12]: mean cosine/);
    const after = await rows(studio);
    assert.deepEqual(after.filter((row) => row.step === 0).map((row) => row.value), before.map((row) => row.value));
    const trained = after.filter((row) => row.step > 0);
    assert.equal(trained.length, before.length);
    assert.notDeepEqual(of(trained, 'singular_value').map((row) => row.value), values);
    await studio.unfold('Analysis as numbers', card);
    const heads = await card.locator('.analysis-numbers table').nth(1).locator('thead th').allInnerTexts();
    assert.match(heads.join('|'), /^Gold score\|Pairs\|Loaded weights\|Step [12]$/);
  });
});
