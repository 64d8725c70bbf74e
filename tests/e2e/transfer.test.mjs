// SentEval's transfer tasks: told by their files' names, classified beside other work, in a table with the paper's.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file } from './tiny_model.mjs';

const cells = (row) => row.locator('th, td').allInnerTexts();
const lines = (count, line) => Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');

/** Every other pair is a paraphrase, word for word. */
const pair = (index) => (index % 2 ? '1\t1\t2\tthe cat sat\tthe cat sat' : '0\t1\t2\tthe cat sat\ta big dog ran');
const header = 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n';
const files = {
  'downstream/CR/custrev.pos': lines(300, () => 'yes'),
  'downstream/CR/custrev.neg': lines(300, () => 'not what we had hoped for'),
  'downstream/MRPC/msr_paraphrase_train.txt': header + lines(80, pair),
  'downstream/MRPC/msr_paraphrase_test.txt': header + lines(10, pair),
  'downstream/notes.txt': 'no part of a task',
};

async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'transfer-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await use(join(folder, 'downstream'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('transfer tasks from a folder are classified, beside the paper and other work, until cancelled', async () => {
  await inFolder((folder) =>
    withPage({}, async (page) => {
      const studio = new Studio(page);
      await studio.ready();
      await studio.loadTinyModel();
      await studio.go('Evaluation');
      const card = studio.card('On transfer tasks');
      const evaluate = studio.button('Evaluate transfer');
      assert.ok(await evaluate.isDisabled());
      await studio.give('transfer-files', [file('good.txt', 'good\n')]);
      const refused = card.getByRole('alert').filter({ hasText: 'good.txt' });
      await refused.waitFor();
      assert.match(await refused.innerText(), /expected the files of one: MR rt-polarity\.pos/);

      await card.locator('input[type=file]').nth(1).setInputFiles(folder);
      await card.getByText('2 tasks').waitFor();
      const loaded = await card.locator('.loaded').innerText();
      assert.match(loaded, /CR · 600 sentences[^]*MRPC · 90 pairs[^]*Passed over: one file/);

      // What the command line takes for granted stands in the fields.
      assert.equal(await card.getByLabel('Folds').inputValue(), '10');
      assert.equal(await card.getByLabel('Seed').inputValue(), '1111');
      await card.getByLabel('Folds').fill('1');
      assert.ok(await evaluate.isDisabled());
      await card.getByLabel('Folds').fill('2');
      await card.getByLabel('Seed').fill('7');
      await evaluate.click();
      const rows = card.locator('tbody tr');
      await rows.nth(4).waitFor();
      assert.deepEqual(await cells(card.locator('thead tr')), ['Model', 'Setting', 'CR', 'MRPC', 'Average']);
      const accuracy = await cells(rows.nth(0));
      assert.match(accuracy[0], /, 2 folds, seed 7$/);
      assert.deepEqual(accuracy.slice(1), ['accuracy', '100.00', '100.00', '100.00']);
      assert.deepEqual(await cells(rows.nth(1)), ['dev accuracy', '100.00', '100.00', '100.00']);
      assert.deepEqual(await cells(rows.nth(2)), ['F1', '–', '100.00', '–']);
      const paper = await cells(rows.filter({ hasText: 'Supervised SimCSE, BERT-base' }).last());
      assert.deepEqual(paper.slice(1, 4), ['accuracy', '89.25', '73.51']);

      const csv = (await studio.download('CSV')).bytes.toString();
      assert.match(csv, /^model,source,setting,CR,MRPC,average\n/);
      assert.match(csv, /,paper,accuracy,86\.46,74\.43,/);
      const json = JSON.parse((await studio.download('JSON')).bytes);
      assert.deepEqual(json.measurements[0].options, { folds: 2, seed: 7 });
      assert.deepEqual(json.measurements[0].tasks.map(({ task, test_items: items }) => [task, items]), [['CR', 600], ['MRPC', 10]]);

      // A task that takes its time: classes that nothing tells.
      const noise = (seed) => lines(1500, (index) => `word ${String.fromCharCode(97 + ((index * seed) % 26))}`);
      await studio.button('Start over').click();
      await card.getByText('2 tasks').waitFor({ state: 'detached' });
      await studio.give('transfer-files', [file('mpqa.pos', noise(7)), file('mpqa.neg', noise(11))]);
      await card.getByText('1 task').waitFor();
      await card.getByLabel('Folds').fill('10');
      await evaluate.click();
      await card.locator('.progress-label', { hasText: /MPQA: fitting classifiers, \d+ of 410/ }).waitFor();
      const matrix = await studio.compare(['the cat', 'a dog']);
      assert.equal(matrix.length, 2, 'other requests are answered meanwhile');
      assert.ok(await card.locator('.progress-label', { hasText: 'fitting' }).isVisible());
      await card.getByRole('button', { name: 'Cancel' }).click();
      await card.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
      assert.equal(await card.locator('table').count(), 0, 'nothing was finished');
      assert.ok(await evaluate.isEnabled());
    }),
  );
});
