// Runs kept in the browser: named, drawn beside each other, taken along, deleted and brought back; and the charts' tools.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file } from './tiny_model.mjs';

const rows = (page) => page.locator('.run-row');
const names = async (page) => page.locator('.run-name').allInnerTexts();

/** Whether anything of one of these colours is drawn in a chart; in a small picture of it, where lines are mixed. */
async function drawn(page, chart, variable) {
  await page.locator(`[data-chart=${chart}] canvas`).scrollIntoViewIfNeeded();
  await page.waitForTimeout(400);
  return page.evaluate(
    ([name, property]) => {
      const canvas = document.querySelector(`[data-chart=${name}] canvas`);
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colour = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
      const wanted = [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16));
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (wanted.every((channel, place) => Math.abs(data[i + place] - channel) < 12) && data[i + 3] > 200) found += 1;
      }
      return found > 10;
    },
    [chart, variable],
  );
}

test('runs are kept by themselves, named by what differs, drawn beside each other, deleted and brought back', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await studio.loadTinyTexts();
    await studio.tab('runs');
    await page.getByText('Every run is kept here automatically').waitFor();
    const recipe = { 'batch-size': 2, steps: 6, 'eval-every': 2 };
    await studio.recipe({ ...recipe, 'learning-rate': '1e-2' });
    await studio.train();
    await studio.phase('Finished');
    await rows(page).first().waitFor();
    await studio.recipe({ ...recipe, 'learning-rate': '3e-2' });
    await studio.train();
    await studio.phase('Finished');

    // The newest first; the one before it came to stand beside it by itself.
    await rows(page).nth(1).waitFor();
    await page.locator('.run-name', { hasText: '0.03' }).waitFor();
    assert.deepEqual(await names(page), ['learning rate 0.03', 'learning rate 0.01']);
    await rows(page).first().getByText('This run').waitFor();
    assert.ok(await page.getByRole('checkbox', { name: 'Draw learning rate 0.01 beside this run' }).isChecked());
    assert.match(await rows(page).first().innerText(), /6 of 6 steps · best Spearman/);
    await studio.tab('curves');
    for (const chart of ['loss', 'plane', 'spearman']) assert.ok(await drawn(page, chart, '--run-1'), chart);

    await page.reload();
    await studio.ready();
    await studio.tab('runs');
    await rows(page).nth(1).waitFor();
    assert.deepEqual(await names(page), ['learning rate 0.03', 'learning rate 0.01']);
    // Drawn without any run in this visit.
    await studio.tab('curves');
    await page.locator('#studio-panel-curves > .fine').getByText('Starts with the run').waitFor();
    assert.ok(await page.locator('.chart-loss').isHidden());
    await studio.tab('runs');
    await studio.button('Draw all').click();
    await studio.tab('curves');
    await page.locator('.chart-loss').waitFor();
    for (const colour of ['--run-1', '--run-2']) assert.ok(await drawn(page, 'loss', colour), colour);
    await studio.tab('runs');

    await page.getByRole('button', { name: 'Rename learning rate 0.01', exact: true }).click();
    await page.keyboard.type('the slow one');
    await page.keyboard.press('Enter');
    await page.locator('.run-name', { hasText: 'the slow one' }).waitFor();
    await page.getByRole('button', { name: 'Delete the slow one' }).click();
    await page.locator('.run-name', { hasText: 'the slow one' }).waitFor({ state: 'detached' });
    assert.equal(await rows(page).count(), 1);
    await page.reload();
    await studio.tab('runs');
    await rows(page).first().waitFor();
    assert.equal(await rows(page).count(), 1, 'deleted for good');

    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByText('was deleted').waitFor();
    await studio.button('Undo').click();
    await rows(page).first().waitFor();
    await page.reload();
    await studio.tab('runs');
    await rows(page).first().waitFor();
    assert.equal(await rows(page).count(), 1, 'brought back for good');
  });
});

/** A file of runs as the page writes it. */
function exported(count, steps) {
  const column = (of) => Array.from({ length: steps }, (_, index) => of(index + 1));
  const runs = Array.from({ length: count }, (_, run) => ({
    started: 1_764_000_000_000 + run,
    name: null,
    setting: {
      model: 'tiny',
      text: 'texts.txt',
      pairs: 'pairs.tsv',
      from_trained: false,
      options: { seed: run + 1, batch_size: 64, steps },
    },
    total: steps,
    curve: {
      step: column((step) => step),
      loss: column((step) => 3 / (1 + step / (100 * (run + 1))) + 0.1 * Math.abs(Math.sin(step))),
      learning_rate: column((step) => 3e-5 * (1 - step / steps)),
      gradient_norm: column((step) => 1 + Math.cos(step)),
    },
    evaluations: Array.from({ length: 41 }, (_, index) => ({
      step: (index * steps) / 40,
      spearman: 50 + index / 2 + run,
      alignment: 0.2 + index / 400,
      uniformity: -1.6 - index / 50 - run / 20,
    })),
    outcome: 'completed',
  }));
  return { format: 'simcse-lab-runs', version: 1, runs };
}

test('ten runs of 5,000 steps are imported, looked at closely and taken home', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.tab('runs');
    const given = exported(10, 5000);
    await page.locator('#runs-file').setInputFiles([file('runs.json', JSON.stringify(given))]);
    await page.getByText('10 added, 0 known already.').waitFor();
    assert.deepEqual((await names(page)).toReversed(), given.runs.map(({ setting }) => `seed ${setting.options.seed}`));
    assert.match(await page.locator('#runs-title + .fine').innerText(), /^10 runs, \d+\.\d MB$/);
    await page.locator('#runs-file').setInputFiles([file('runs.json', JSON.stringify(given))]);
    await page.getByText('0 added, 10 known already.').waitFor();

    await studio.button('Draw all').click();
    await studio.tab('curves');
    for (const colour of ['--run-1', '--run-8']) assert.ok(await drawn(page, 'loss', colour), colour);
    const [head, ...lines] = await studio.chartFiles('Loss', 'loss');
    assert.deepEqual([head, lines.length], [['run', 'step', 'loss'], 10 * 5000]);
    await studio.chartFiles('Alignment and uniformity', 'plane');

    // A box drawn in one chart is what all show.
    const chart = page.locator('[data-chart=loss]');
    await chart.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await chart.boundingBox();
    const steps = async () => [await page.locator('#chart-from').inputValue(), await page.locator('#chart-to').inputValue()].map(Number);
    assert.deepEqual(await steps(), [0, 5000]);
    await page.mouse.move(x + width * 0.4, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height / 2 + 5, { steps: 4 });
    assert.ok(await page.locator('.zoom-box').isVisible());
    await page.mouse.up();
    await studio.button('All steps').and(page.locator(':enabled')).waitFor();
    const [from, to] = await steps();
    assert.ok(from > 1000 && from < 2500 && to > 2500 && to < 4000, `${from} to ${to}`);
    assert.equal(await page.locator('.zoom-box').count(), 0);
    await page.locator('#chart-to').fill('3000');
    await page.locator('#chart-to').press('Enter');
    assert.equal((await steps())[1], 3000);
    await studio.button('All steps').click();
    assert.deepEqual(await steps(), [0, 5000]);

    await page.getByLabel('Log scale').check();
    await page.getByLabel('The paper’s axes').check();
    for (const chart of ['loss', 'plane']) assert.ok(await drawn(page, chart, '--run-1'), chart);

    await studio.tab('runs');
    const all = await studio.download('Export all');
    const back = JSON.parse(all.bytes.toString());
    assert.equal(all.name, 'simcse-lab-runs.json');
    assert.deepEqual(back.runs.map(({ started }) => started), given.runs.map(({ started }) => started));
    assert.equal(back.runs[3].curve.loss.length, 5000);
  });
});

test('files that are no runs are refused, and nothing is lost', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.tab('runs');
    const text = JSON.stringify(exported(1, 40));
    await page.locator('#runs-file').setInputFiles([file('runs.json', text)]);
    await rows(page).first().waitFor();
    for (const [content, message] of [
      ['a,b\n1,2', 'notes.json is not a file of runs'],
      [text.slice(0, 200), 'it ends too early'],
      [text.replace('"version":1', '"version":2'), 'newer version'],
      [text.replace('"step":[1,', '"step":[9,'), 'do not go together'],
    ]) {
      await page.locator('#runs-file').setInputFiles([file('notes.json', content)]);
      await page.locator('.runs .notice-text', { hasText: message }).waitFor();
      assert.equal(await rows(page).count(), 1);
    }
  });
});

test('without storage runs last as long as the page, and that is said', async () => {
  const beforeLoad = (page) =>
    page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('storage is blocked', 'SecurityError');
      };
    });
  await withPage({ beforeLoad }, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.tab('runs');
    await page.locator('.runs .notice-text', { hasText: 'This browser keeps nothing for the page' }).waitFor();
    await page.locator('#runs-file').setInputFiles([file('runs.json', JSON.stringify(exported(1, 40)))]);
    await rows(page).first().waitFor();
  });
});
