// Lessons: each opens by its link, computes what it says, gives its inputs to a link and takes them back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withPage } from './harness.mjs';
import { Studio } from './studio.mjs';
import { file } from './tiny_model.mjs';

const lessons = {
  crowding: 'Why raw sentence vectors crowd together',
  dropout: 'Dropout is the only augmentation',
  loss: 'The contrastive loss, number by number',
  circle: 'Alignment and uniformity',
  'hard-negatives': 'Hard negatives',
  ablations: 'The paper’s ablations on a small scale',
  collapse: 'Why a tiny loss is not a collapse',
  kernel: 'What a kernel does',
};

const number = (text) => Number(text.replace('−', '-').replace('+', ''));

/** The lesson's link, as its button puts it on the clipboard. */
async function copied(page) {
  await page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => void (window.copied = text);
  });
  await page.getByRole('button', { name: 'Copy a link to this lesson as it is' }).click();
  await page.getByText('Copied.').waitFor();
  return page.evaluate(() => window.copied);
}

async function follow(page, link) {
  await page.goto('about:blank');
  await page.goto(link);
}

/** Waits for a step of the lesson that is open, "2 of 4". */
async function atStep(page, step) {
  await page.locator('.view:not([hidden]) .lesson-stepper').getByText(step, { exact: true }).waitFor();
}

async function cells(page, name) {
  const rows = page.getByRole('region', { name }).locator('table tbody tr');
  return rows.evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
}

test('every lesson opens by its link, and each leads to the next', async () => {
  await withPage({}, async (page, { url }) => {
    for (const [name, title] of Object.entries(lessons)) {
      await follow(page, `${url}?start=empty#/lessons/${name}`);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    const studio = new Studio(page);
    await studio.go('Lessons');
    const cards = page.getByRole('main').getByRole('listitem').getByRole('link');
    assert.equal(await cards.count(), Object.keys(lessons).length);
    await cards.first().click();
    const titles = Object.values(lessons);
    for (const [index, title] of titles.entries()) {
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      if (index + 1 < titles.length) await page.getByRole('link', { name: `Next: ${titles[index + 1]}` }).click();
    }
    await page.getByRole('link', { name: 'To the studio' }).click();
    await page.getByRole('heading', { level: 1, name: 'Teach a sentence encoder' }).waitFor();
  });
});

test('the loss lesson computes softmax, losses and gradient of what is typed, and its link brings them back', async () => {
  await withPage({}, async (page, { url }) => {
    await page.goto(`${url}?start=empty#/lessons/loss`);
    const cosines = [
      [0.8, 0.35, -0.2, 0.1],
      [0.3, 0.4, 0.45, 0],
      [0.05, 0.6, 0.7, -0.5],
      [0, 0.1, 0.2, 0.95],
    ];
    const names = ['A', 'B', 'C', 'D'];
    for (const [i, row] of cosines.entries()) {
      for (const [j, cosine] of row.entries()) {
        await page.getByLabel(`Cosine of ${names[i]} and ${names[j]}′`).fill(String(cosine));
      }
    }
    const slider = page.getByRole('slider', { name: 'Temperature τ' });
    await slider.fill('-1');
    assert.equal(await slider.getAttribute('aria-valuetext'), '0.1');

    const temperature = 0.1;
    const shares = cosines.map((row) => {
      const powers = row.map((cosine) => Math.exp(cosine / temperature));
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    });
    const losses = shares.map((row, i) => -Math.log(row[i]));
    const loss = losses.reduce((a, b) => a + b) / 4;
    const check = async () => {
      assert.equal(await page.locator('#contrast-loss').innerText(), loss.toFixed(3));
      const shown = await cells(page, 'Softmax of the rows');
      const pulls = await cells(page, 'Pull and push');
      for (let i = 0; i < 4; i += 1) {
        assert.ok(Math.abs(Number(shown[i][5]) - losses[i]) <= 0.00051, `${i}: ${shown[i][5]} is not ${losses[i]}`);
        for (let j = 0; j < 4; j += 1) {
          assert.equal(shown[i][j + 1], shares[i][j].toFixed(3));
          const gradient = (shares[i][j] - (i === j ? 1 : 0)) / (4 * temperature);
          assert.ok(Math.abs(number(pulls[i][j + 1]) - gradient) <= 0.00051, `${i} ${j}: ${pulls[i][j + 1]} is not ${gradient}`);
        }
      }
    };
    await check();
    const link = await copied(page);
    assert.ok(link.startsWith(`${url}?start=empty#/lessons/loss?cosines=`), link);
    await follow(page, link);
    await page.locator('#contrast-loss').waitFor();
    await check();
    assert.equal(await page.getByLabel('Cosine of C and D′').inputValue(), '-0.5');

    await page.getByRole('button', { name: 'Collapsed' }).click();
    assert.equal(await page.locator('#contrast-loss').innerText(), Math.log(4).toFixed(3));
  });
});

test('points of the circle move by key and pointer, and both numbers follow', async () => {
  await withPage({}, async (page, { url }) => {
    await page.goto(`${url}?start=empty#/lessons/circle?points=0,90,30,30,60,60,100,100,200,200,300,300`);
    const alignment = page.locator('#circle-alignment');
    await alignment.waitFor();
    assert.equal(await alignment.innerText(), (2 / 6).toFixed(3));
    const point = page.getByRole('slider', { name: 'Point A′' });
    await point.focus();
    for (let press = 0; press < 6; press += 1) await page.keyboard.press('Shift+ArrowLeft');
    assert.equal(await point.getAttribute('aria-valuenow'), '0');
    assert.equal(await alignment.innerText(), '0.000');

    const angles = [0, 0, 30, 30, 60, 60, 100, 100, 200, 200, 300, 300].map((degrees) => (degrees * Math.PI) / 180);
    let [sum, pairs] = [0, 0];
    for (let i = 0; i < angles.length; i += 1) {
      for (let j = 0; j < i; j += 1) {
        sum += Math.exp(-2 * (2 - 2 * Math.cos(angles[i] - angles[j])));
        pairs += 1;
      }
    }
    const uniformity = number(await page.locator('#circle-uniformity').innerText());
    assert.ok(Math.abs(uniformity - Math.log(sum / pairs)) < 6e-4, `${uniformity}`);

    await page.locator('.circle-plane').scrollIntoViewIfNeeded();
    const plane = await page.locator('.circle-plane').boundingBox();
    const from = await page.getByRole('slider', { name: 'Point F', exact: true }).boundingBox();
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    // F′ lies on top of F.
    await page.mouse.down();
    await page.mouse.move(plane.x + plane.width / 2 + 1, plane.y + 10, { steps: 5 });
    await page.mouse.up();
    const moved = await page.getByRole('slider', { name: 'Point F′' }).getAttribute('aria-valuenow');
    assert.ok(Math.abs(Number(moved) - 90) <= 2, moved);
    assert.match(await copied(page), /points=0%2C0%2C30.*%2C300%2C\d+$/);
  });
});

test('two masks give a sentence two vectors; a fixed mask and no dropout give one, and the link brings all of it back', async () => {
  await withPage({}, async (page, { url }) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    await page.evaluate(() => void (location.hash = '#/lessons/dropout'));
    const cosine = page.locator('#views-cosine');
    const pairs = async () => (await cells(page, 'First views by second views')).map(([, ...row]) => row.map(number));
    const said = (words) => page.getByRole('status').filter({ hasText: words }).waitFor();
    const bars = () => page.locator('.lane path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    const current = page.getByRole('region', { name: 'What the paper found' }).locator('tr.current');

    await said('Two masks at p = 0.1');
    const own = number(await cosine.innerText());
    assert.ok(own > 0 && own < 1, `${own}`);
    assert.match(await current.innerText(), /p = 0\.1\s+82\.5/);
    let [mask, other, one, two, difference] = await bars();
    assert.notEqual(mask, other);
    assert.notEqual(one, two);
    assert.match(difference, /V-?0\.\d*[1-9]/);
    assert.equal((await pairs()).length, 5);
    assert.equal(await page.locator('.cloud').count(), 5);
    assert.equal(await page.locator('.cloud').first().locator('circle').count(), 12);

    // Another draw, and the first again.
    await studio.button('Draw again').click();
    await page.waitForFunction((before) => document.querySelectorAll('.lane path')[2].getAttribute('d') !== before, one);
    await follow(page, `${url}?start=empty#/lessons/loss`);
    assert.equal(await page.locator('#views-cosine').count(), 0);

    // What is set is followed by itself.
    await page.evaluate(() => void (location.hash = '#/studio'));
    await studio.ready();
    await studio.loadTinyModel();
    await page.evaluate(() => void (location.hash = '#/lessons/dropout?draw=1'));
    await said('Two masks at p = 0.1');
    assert.equal((await bars())[2], one);
    assert.equal(number(await cosine.innerText()), own);

    await page.getByText('Fixed mask', { exact: true }).click();
    await said('One mask of p = 0.1 for both');
    assert.equal(await cosine.innerText(), '1.000');
    assert.match(await current.innerText(), /fixed mask.*\s+43\.6/);
    [mask, other, one, two, difference] = await bars();
    assert.deepEqual([mask, one], [other, two]);
    assert.doesNotMatch(difference, /V-?0\.\d*[1-9]/);
    assert.deepEqual((await pairs()).map((row, index) => row[index]), [1, 1, 1, 1, 1]);

    await page.getByText('No dropout', { exact: true }).click();
    await said('Nothing is dropped');
    assert.equal(await cosine.innerText(), '1.000');
    assert.equal(await page.locator('#views-alignment').innerText(), '0.000');
    assert.match(await current.innerText(), /p = 0\s+71\.1/);

    // p = 0 is the same, and the more is dropped, the farther apart.
    await page.getByText('Two masks', { exact: true }).click();
    const slider = page.getByRole('slider', { name: 'Probability p' });
    await slider.fill('0');
    await page.waitForFunction(() => document.querySelector('[aria-labelledby=views-published] .current th')?.textContent === 'p = 0');
    await said('Nothing is dropped');
    assert.equal(await cosine.innerText(), '1.000');
    await slider.fill('0.5');
    await said('Two masks at p = 0.5');
    assert.ok(number(await cosine.innerText()) < own);

    await page.locator('#views-sentence').fill('a red car');
    await page.locator('#views-others').fill('blue sky\nold house');
    await page.locator('.views-quoted', { hasText: 'a red car' }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.cloud').length === 3);
    const numbers = [await cosine.innerText(), JSON.stringify(await pairs())];
    const link = await copied(page);
    assert.match(link, /#\/lessons\/dropout\?text=a\+red\+car&others=blue\+sky%0Aold\+house&masks=own&p=0\.5&draw=1$/);

    await follow(page, url);
    await studio.ready();
    await studio.loadTinyModel();
    await page.evaluate((hash) => void (location.hash = hash), new URL(link).hash);
    assert.equal(await page.locator('#views-sentence').inputValue(), 'a red car');
    await said('Two masks at p = 0.5');
    assert.deepEqual([await cosine.innerText(), JSON.stringify(await pairs())], numbers);

    await page.locator('#views-others').fill('blue sky');
    await page.getByText('Enter 2 to 5 other sentences.').waitFor();
    assert.ok(await studio.button('Draw again').isDisabled());
    await page.evaluate(() => void (location.hash = '#/lessons/dropout?p=2&masks=three'));
    await page.getByText('Left out: p, masks.').waitFor();
  });
});

test('a collapse has the loss ln N, and a bad value of a link is named', async () => {
  await withPage({}, async (page, { url }) => {
    await page.goto(`${url}?start=empty#/lessons/collapse?items=100&own=0.8&other=0.5&tau=0.1&unknown=1`);
    await page.locator('#collapse-loss').waitFor();
    assert.equal(await page.locator('#collapse-logarithm').innerText(), Math.log(100).toFixed(3));
    const loss = Math.log(1 + 99 * Math.exp(-3));
    assert.equal(await page.locator('#collapse-loss').innerText(), loss.toFixed(3));
    await page.goto(`${url}?start=empty#/lessons/collapse?items=plenty&tau=0.1`);
    await page.getByText('Left out: items.').waitFor();
  });
});

test('the lessons run on a real encoder, and the ablation makes a table of real runs', async () => {
  await withPage({}, async (page) => {
    const studio = new Studio(page);
    await studio.ready();
    await studio.loadTinyModel();
    const sentences = ['a cat sat', 'the dog ran', 'blue sky', 'green grass', 'old house', 'red car'];
    await studio.give('training-file', [file('texts.txt', `${sentences.join('\n')}\n`)]);
    await studio.give('evaluation-file', [
      file(
        'graded.tsv',
        'a cat\tthe cat\t5\na dog\tblue sky\t1\nold house\tgreen grass\t2\nred car\ta red car\t4.5\n' +
          'a man ran\tthe man sat\t2.5\nsnow fell\tit snowed\t4.1\nhe sang\tshe sang\t3.2\nwet road\tdry leaf\t0.5\n',
      ),
    ]);
    await page.getByText('graded.tsv').first().waitFor();
    const batch = await page.locator('#batch-size').inputValue();

    const open = async (path) => page.evaluate((hash) => void (location.hash = hash), path);
    await open('#/lessons/ablations?ablation=dropout&run_steps=3&run_batch=3&run_seeds=2');
    await page.getByText('14 runs, 42 steps in all').waitFor();
    await studio.button('Run the ablation').click();
    await page.waitForFunction(() => document.querySelector('.ablation-scores tbody tr:last-child td:last-child')?.textContent === '2');
    await studio.button('Run the ablation').waitFor();
    await page.getByText('graded.tsv after 3 steps of 3 sentences').waitFor();
    const rows = await cells(page, 'Spearman × 100');
    const settings = ['p = 0', 'p = 0.01', 'p = 0.05', 'p = 0.1', 'p = 0.2', 'p = 0.5', 'fixed mask, p = 0.1'];
    assert.deepEqual(rows.map(([setting]) => setting), ['Before training', ...settings]);
    assert.deepEqual(rows.map(([, paper]) => paper), ['–', '71.1', '72.6', '81.1', '82.5', '80.5', '71.0', '43.6']);
    for (const [, , starter, here, seeds] of rows.slice(1)) {
      assert.match(starter, /^\d+\.\d\d ± \d+\.\d\d$/);
      assert.match(here, /^−?\d+\.\d\d ± \d+\.\d\d$/);
      assert.equal(seeds, '2');
    }
    assert.match(await copied(page), /#\/lessons\/ablations\?ablation=dropout&run_steps=3&run_batch=3&run_seeds=2$/);
    // The last run is the studio's run at hand too, in the same numbers.
    await open('#/lessons/ablations?ablation=augmentation&run_steps=3&run_batch=3&run_seeds=1');
    await studio.button('Run the ablation').click();
    await page.waitForFunction(() => document.querySelector('.ablation-scores tbody tr:last-child td:last-child')?.textContent === '1');
    const single = await cells(page, 'Spearman × 100');
    assert.equal(single.length, 11);
    const evaluations = await page.locator('.evaluations tbody tr').evaluateAll((all) => all.map((row) => row.cells[1].textContent));
    assert.deepEqual([single.at(-1)[3], single[0][3]], evaluations);
    // The studio's recipe is not the ablation's.
    assert.equal(await page.locator('#batch-size').inputValue(), batch);

    // What trains on triplets is shown, and run by another lesson.
    await open('#/lessons/ablations?ablation=hard-negatives');
    await page.getByText('the lesson on hard negatives runs it').waitFor();
    assert.ok(await studio.button('Run the ablation').isDisabled());
    assert.deepEqual((await cells(page, 'Spearman × 100')).map(([, paper]) => paper), ['84.9', '86.1', '86.2', '86.2']);

    // Stopped in the middle: what is done stays.
    await open('#/lessons/ablations?ablation=temperature&run_steps=5000&run_batch=3&run_seeds=1');
    await studio.button('Run the ablation').click();
    await studio.button('Pause').click();
    await studio.button('Resume').click();
    await page.locator('.view:not([hidden]) button:enabled', { hasText: 'Stop' }).click();
    await studio.button('Run the ablation').waitFor();

    await open('#/lessons/crowding');
    await page.locator('.histogram').nth(1).waitFor();
    const means = await page.locator('.histogram-mean').allInnerTexts();
    for (const mean of means) assert.ok(Math.abs(number(mean)) <= 1, mean);

    await open('#/lessons/circle');
    await page.getByRole('region', { name: 'The same for the encoder' }).locator('tbody tr').nth(1).waitFor();

    await open('#/lessons/collapse');
    await page.getByText(/no collapse, whatever|nearly the same vector/).waitFor();

    await open('#/lessons/hard-negatives?run_steps=2');
    const compared = page.getByRole('region', { name: 'Cosines and margins' }).locator('.hard-scores').first().locator('tbody tr');
    // How it stands before training is there unasked.
    await compared.getByRole('rowheader', { name: 'Before training' }).waitFor();
    await studio.button('Train both').click();
    await compared.nth(2).waitFor();
    await page.getByText('Margin of each triplet').click();
    const margins = await page.getByRole('group', { name: 'Margin of each triplet' }).locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells]));
    assert.equal(margins.length, 100);
    assert.ok(margins.every((row) => row.length === 4));
  });
});

test('a lesson’s steps move its figure, by button, key and scrolling; what a link set stays until a step is taken', async () => {
  await withPage({ context: { viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' } }, async (page, { url }) => {
    const at = (step) => atStep(page, step);
    const current = () => page.locator('.view:not([hidden]) .lesson-step[aria-current="step"]').innerText();
    const alignment = page.locator('#circle-alignment');
    await page.goto(`${url}?start=empty#/lessons/circle?points=0,90,30,30,60,60,100,100,200,200,300,300`);
    await at('1 of 4');
    assert.equal(await alignment.innerText(), (2 / 6).toFixed(3));
    await page.keyboard.press('ArrowRight');
    await at('2 of 4');
    assert.match(await current(), /^All in one place/);
    // Six pairs, a degree or two apart.
    assert.ok(number(await alignment.innerText()) < 0.01);
    assert.ok(number(await page.locator('#circle-uniformity').innerText()) > -0.1);
    // Its figure stays in sight.
    const box = await page.locator('.circle-plane svg').boundingBox();
    assert.ok(box.y >= 0 && box.y + box.height <= 720, JSON.stringify(box));

    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await at('3 of 4');
    assert.ok(number(await alignment.innerText()) > 3);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await at('1 of 4');
    assert.ok(await page.getByRole('button', { name: 'Back', exact: true }).isDisabled());
    // A key that moves what has the focus takes no step.
    const point = page.getByRole('slider', { name: 'Point A', exact: true });
    await point.focus();
    const before = await point.getAttribute('aria-valuenow');
    await page.keyboard.press('ArrowRight');
    await at('1 of 4');
    assert.notEqual(await point.getAttribute('aria-valuenow'), before);
    // Nor does scrolling change what the visitor has set, until a step is asked for.
    const own = await alignment.innerText();

    await page.locator('.view:not([hidden]) .lesson-step').last().scrollIntoViewIfNeeded();
    await page.mouse.move(640, 360);
    await page.mouse.wheel(0, 300);
    await at('4 of 4');
    assert.equal(await alignment.innerText(), own);
    await page.mouse.wheel(0, -5000);
    await at('1 of 4');
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await at('2 of 4');
    assert.ok(number(await alignment.innerText()) < 0.01);
    await page.locator('.view:not([hidden]) .lesson-step').last().scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 300);
    await at('4 of 4');
    assert.ok(number(await alignment.innerText()) < 0.1 && number(await page.locator('#circle-uniformity').innerText()) < -1);

    await page.goto(`${url}?start=empty#/lessons/loss`);
    const loss = page.locator('#contrast-loss');
    const losses = [await loss.innerText()];
    for (const step of ['2 of 5', '3 of 5', '4 of 5', '5 of 5']) {
      await page.getByRole('button', { name: 'Next', exact: true }).click();
      await at(step);
      losses.push(await loss.innerText());
    }
    assert.equal(losses[3], Math.log(4).toFixed(3));
    assert.ok(number(losses[1]) < number(losses[0]) && number(losses[2]) > number(losses[0]), losses.join(' '));
    assert.equal(losses[4], losses[0]);
  });
  await withPage({ path: '?start=empty#/lessons/collapse', context: { viewport: { width: 390, height: 844 } } }, async (page) => {
    const visible = () => page.locator('.view:not([hidden]) .lesson-step:visible').allInnerTexts();
    const figure = page.locator('.margins');
    await figure.waitFor();
    const [first, ...none] = await visible();
    assert.deepEqual(none, []);
    assert.ok((await figure.boundingBox()).y < 844, 'the figure begins on the first screen');
    const place = (await figure.boundingBox()).y;
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    const [second, ...others] = await visible();
    assert.deepEqual(others, []);
    assert.notEqual(second, first);
    assert.equal((await figure.boundingBox()).y, place, 'and stays where it is');
    await page.waitForFunction(() => document.querySelector('#collapse-loss').textContent === document.querySelector('#collapse-logarithm').textContent);
  });
});

test('a step trains by itself where it replaces nothing of the visitor’s, and not otherwise', async () => {
  await withPage({ arrives: true }, async (page) => {
    const studio = new Studio(page);
    await page.getByText('60 steps of 16').waitFor();
    await page.waitForFunction(() => /english-sentences/.test(document.querySelector('#studio, main').textContent));
    const own = Array.from({ length: 64 }, (_, line) => `Line ${line} of a text of one's own.`);
    await studio.give('training-file', [file('own.txt', `${own.join('\n')}\n`)]);
    await page.waitForFunction(() => /own\.txt/.test(document.querySelector('main').textContent));
    const forward = async (step) => {
      await page.keyboard.press('ArrowRight');
      await atStep(page, step);
    };

    // Its runs would take the text away.
    await page.evaluate(() => void (location.hash = '#/lessons/hard-negatives'));
    await page.locator('.hard-means tbody tr').first().waitFor();
    await forward('2 of 4');
    await forward('3 of 4');
    await page.waitForTimeout(1000);
    assert.ok(await studio.button('Train both').isEnabled());
    assert.equal(await page.locator('.run-phase').textContent(), 'Not started');

    // Its run trains on that text.
    await page.evaluate(() => void (location.hash = '#/lessons/crowding'));
    await page.locator('.histogram').first().waitFor();
    await forward('2 of 4');
    await forward('3 of 4');
    await page.locator('.histogram.trained').waitFor();
    const [before, after] = (await page.locator('.histogram-mean').allInnerTexts()).map(number);
    assert.ok(after < before - 0.1, `${before} ${after}`);
    await page.evaluate(() => void (location.hash = '#/studio'));
    assert.match(await page.locator('main').textContent(), /own\.txt/);
  });
});

test('a row goes through a kernel, line by line, and the device computes what the formulas say', async () => {
  for (const device of ['cpu', 'gpu']) {
    await withPage({ path: `?device=${device}#/lessons/kernel` }, async (page) => {
      const off = () => page.locator('.kernel-scores tbody tr').evaluateAll((rows) => rows.map((row) => [row.cells[3], row.cells[6]].map((cell) => Number(cell.textContent))));
      const computed = async () => page.waitForFunction(() => [...document.querySelectorAll('.kernel-scores td')].every((cell) => cell.textContent !== '–'));
      await page.locator('#kernel-row').fill('1, 2, 3, 4, 5, 6, 7, 8');
      await computed();
      const stages = page.locator('.kernel-value');
      // Of 1 to 8: mean 4.5, variance 63/12.
      assert.deepEqual([await stages.nth(0).innerText(), await stages.nth(1).innerText()], ['4.5000', '5.2500']);
      // The kernel's sums of eight numbers are off by a few roundings of 2⁻²⁴.
      for (const [y, dx] of await off()) assert.ok(y < 1e-6 && dx < 1e-6, `${y}, ${dx}`);
      const code = page.locator('.kernel-source code');
      assert.match(await code.innerText(), /let mean = team_sum/);
      for (let stage = 1; stage < 6; stage += 1) await page.getByRole('button', { name: 'Next line' }).click();
      assert.match(await code.innerText(), /let ds = \(g - means\.x - x_hat \* means\.y\) \* scale;/);
      assert.ok(await page.getByRole('button', { name: 'Next line' }).isDisabled());
      await page.locator('#kernel-row').fill('1, 2');
      await page.getByText('Enter 8 numbers').waitFor();
    });
  }
});
