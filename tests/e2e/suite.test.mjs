// Several STS tasks at once: gathered from files and folders, scored in three settings beside the paper's numbers.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file } from './tiny_model.mjs';

const pairs = [
  ['the cat sat', 'the cat sat', 5],
  ['a dog runs', 'a dog ran', 4],
  ['blue sky', 'green grass', 1],
  ['one two three', 'north wind', 0.5],
  ['fish and chips', 'chips and fish', 4.5],
  ['the old house', 'zebra', 0],
];
const input = (some) => some.map(([first, second]) => `${first}\t${second}\n`).join('');
const gold = (some) => some.map(([, , score]) => `${score}\n`).join('');
const stsb = (some) => some.map((pair, line) => ['main', 'x', '2012', line, pair[2], pair[0], pair[1]].join('\t')).join('\n');

/** Average ranks, then Pearson: Spearman's definition. */
function spearman(x, y) {
  const ranks = (values) => values.map((v) => values.filter((w) => w < v).length + (values.filter((w) => w === v).length + 1) / 2);
  const [a, b] = [ranks(x), ranks(y)];
  const mean = (a.length + 1) / 2;
  const sum = (f) => a.reduce((total, _, index) => total + f(a[index] - mean, b[index] - mean), 0);
  return sum((p, q) => p * q) / Math.sqrt(sum((p) => p * p) * sum((_, q) => q * q));
}

const cells = (row) => row.locator('th, td').allInnerTexts();

test('folders and files become tasks, scored as papers do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'suite-'));
  try {
    await mkdir(join(folder, 'STS12-en-test'));
    for (const [name, some] of [['A', pairs.slice(0, 3)], ['B', pairs.slice(2)]]) {
      await writeFile(join(folder, 'STS12-en-test', `STS.input.${name}.txt`), input(some));
      await writeFile(join(folder, 'STS12-en-test', `STS.gs.${name}.txt`), gold(some));
    }
    await writeFile(join(folder, 'notes.txt'), 'not a task');
    await withPage({}, async (page) => {
      const studio = new Studio(page);
      await studio.ready();
      await studio.loadTinyModel();
      await studio.go('Evaluation');
      const suite = studio.card('On an STS suite');
      assert.ok(await studio.button('Evaluate suite').isDisabled());
      await suite.locator('input[type=file]').nth(1).setInputFiles(folder);
      await suite.getByText('1 task').waitFor();
      assert.match(await suite.locator('.loaded').innerText(), /1 task · 7 pairs[^]*STS12 · 7 pairs in 2 subsets[^]*Passed over: .*notes\.txt/);
      await studio.give('suite-files', [file('sts-test.csv', stsb(pairs)), file('mine.tsv', stsb(pairs.slice(1)))]);
      await suite.getByText('3 tasks').waitFor();

      await studio.button('Evaluate suite').click();
      const rows = suite.locator('.suite-scores tbody tr');
      await rows.first().waitFor();
      const head = await cells(suite.locator('.suite-scores thead tr'));
      assert.deepEqual(head, ['Model', 'Setting', 'STS12', 'STS-B', 'mine.tsv', 'Average']);
      const [all, mean] = [await cells(rows.nth(0)), await cells(rows.nth(1))];
      assert.equal(all[1], 'all');
      assert.equal(mean[0], 'mean');

      // The playground's cosines, two decimals each, rank as the suite's do unless two are nearly equal.
      const cosines = [];
      for (const [first, second] of pairs) cosines.push((await studio.compare([first, second]))[0][1]);
      const close = cosines.some((a, i) => cosines.some((b, j) => i < j && Math.abs(a - b) < 0.011));
      if (!close) assert.equal(Number(all[3]), Math.round(1e4 * spearman(cosines, pairs.map((pair) => pair[2]))) / 100);
      const average = (Number(all[2]) + Number(all[3]) + Number(all[4])) / 3;
      assert.ok(Math.abs(Number(all[5]) - average) < 0.011, `${all}`);
      const unsup = await cells(rows.filter({ hasText: 'Unsup. SimCSE, BERT-base' }));
      assert.deepEqual(unsup.slice(1), ['all', '68.40', '76.85', '–', '–']);

      const csv = (await studio.download('CSV')).bytes.toString();
      assert.equal(csv.split('\n')[0], 'model,source,setting,STS12,STS-B,mine.tsv,average');
      assert.ok(csv.includes(`all,${all.slice(2).join(',')}\n`), csv);
      const json = JSON.parse((await studio.download('JSON')).bytes);
      assert.deepEqual(json.measurements[0].tasks[0].subsets.map(({ name, pairs: n }) => [name, n]), [['A', 3], ['B', 4]]);

      await studio.give('suite-files', [file('bad.tsv', 'a\tb\thigh\n')]);
      const alert = suite.getByRole('alert').filter({ hasText: 'bad.tsv' });
      await alert.waitFor();
      assert.match(await alert.innerText(), /line 1/);
      assert.ok(await suite.getByText('3 tasks').isVisible(), 'what was loaded stays');
      await studio.button('Start over').click();
      await suite.getByText('3 tasks').waitFor({ state: 'detached' });
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('whitened vectors are scored in rows of their own', async () => {
  // Five sentences in 32 dimensions are whitened to the corners of a simplex: what is left in the cosines is how often
  // each occurs. With counts m of n, different sentences have −1/√((n/m − 1)(n/m′ − 1)).
  const some = [['a', 'a', 5], ['a', 'b', 4], ['b', 'c', 1], ['d', 'e', 0]];
  const all = some.flatMap(([first, second]) => [first, second]);
  const odds = (sentence) => all.length / all.filter((other) => other === sentence).length - 1;
  const cosines = some.map(([first, second]) => (first === second ? 1 : -1 / Math.sqrt(odds(first) * odds(second))));
  const expected = 100 * spearman(cosines, some.map((pair) => pair[2]));
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.go('Evaluation');
    const suite = studio.card('On an STS suite');
    const rows = suite.locator('.suite-scores tbody tr');
    await studio.give('suite-files', [file('mine.tsv', stsb(some))]);
    await suite.getByText('1 task').waitFor();
    await studio.button('Evaluate suite').click();
    await rows.nth(2).waitFor();
    await suite.getByText('Whitened', { exact: true }).click();
    await studio.button('Evaluate suite').click();
    await rows.nth(5).waitFor();
    const [whitened, plain] = [await cells(rows.nth(0)), await cells(rows.nth(3))];
    assert.match(whitened[0], /, whitened$/);
    assert.equal(plain[0], whitened[0].replace(', whitened', ''));
    assert.equal(whitened[2], expected.toFixed(2));
    const json = JSON.parse((await studio.download('JSON')).bytes);
    assert.deepEqual(json.measurements.map((measurement) => measurement.whitened), [true, false]);
  });
});
