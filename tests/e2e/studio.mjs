// The page's controls, by what a visitor reads on them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { file, tinyModel } from './tiny_model.mjs';

/** A software adapter takes its time; a test that hangs is ended by this. */
export const patience = Number(process.env.PATIENCE ?? 240_000);

export class Studio {
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(patience);
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** The engine runs, and all of the studio's lines are unfolded. */
  async ready() {
    await this.page.locator('.chip-ready').waitFor();
    await this.page.evaluate(() => document.querySelectorAll('.fold > details').forEach((fold) => (fold.open = true)));
  }

  /** Goes to a view by the name of its link. */
  async go(view) {
    const link = this.page.getByRole('navigation').getByRole('link', { name: view, exact: true });
    await link.click();
    await link.and(this.page.locator('[aria-current=page]')).waitFor();
  }

  /** Does something in another view and comes back. */
  async elsewhere(view, act) {
    const here = await this.page.locator('nav [aria-current=page]').innerText();
    await this.go(view);
    const result = await act();
    await this.go(here);
    return result;
  }

  /** Unfolds a `details`, where it is folded. */
  async unfold(summary, within = this.page) {
    const line = within.locator('summary', { hasText: summary }).first();
    if (!(await line.evaluate((element) => element.parentElement.open))) await line.click();
  }

  /** Chooses one of the studio's tabs by its name in the address of its parts: curves, scores, batch … */
  async tab(name) {
    await this.page.locator(`#studio-tab-${name}`).click();
  }

  card(title) {
    return this.page.getByRole('region', { name: title });
  }

  async give(input, files) {
    await this.page.locator(`#${input}`).setInputFiles(files);
  }

  /** Pastes a text into a field as a visitor does. */
  async paste(field, text) {
    await this.page.locator(`#${field}`).evaluate((element, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  }

  async modelLoaded() {
    await this.card('Model').locator('.loaded-name', { hasText: 'is loaded' }).waitFor();
  }

  async loadTinyModel() {
    await this.give('model-files', tinyModel());
    await this.modelLoaded();
  }

  async loadSiteModel() {
    await this.page.locator('.offer').getByRole('button', { name: 'Load all-MiniLM-L6-v2' }).click();
    await this.modelLoaded();
  }

  async loadSamples() {
    await this.button('Sample: 200 sentences').click();
    await this.page.getByText('sample-sentences.txt').waitFor();
    await this.button('Sample: 60 graded pairs').click();
    await this.page.getByText('sample-pairs.tsv').waitFor();
  }

  /** A few words to train on and to be measured by, as many as the tiny model is good for. */
  async loadTinyTexts() {
    await this.give('training-file', [file('texts.txt', 'a cat sat\nthe dog ran\nblue sky\ngreen grass\n')]);
    await this.give('evaluation-file', [file('graded.tsv', 'a cat\tthe cat\t5\na dog\tblue sky\t1\nold house\tgreen grass\t2\n')]);
    await this.page.getByText('graded.tsv').first().waitFor();
  }

  /** Fills the recipe: field id → value. */
  async recipe(fields) {
    const card = this.card('Recipe');
    await this.unfold('All other options', card);
    const { pooler, steps, ...rest } = fields;
    if (pooler) await card.locator('#pooler').selectOption({ label: pooler });
    if (steps) {
      await card.getByText('Steps', { exact: true }).first().click();
      await card.locator('#steps').fill(String(steps));
    }
    for (const [id, value] of Object.entries(rest)) await card.locator(`#${id}`).fill(String(value));
  }

  async train() {
    await this.button('Train').click();
  }

  /** Steps done, as the run bar says. */
  async step() {
    const label = await this.page.locator('.run-bar .progress-label').innerText();
    return Number(label.match(/Step ([\d,]+) of/)[1].replaceAll(',', ''));
  }

  async reach(step) {
    await this.page.waitForFunction((wanted) => {
      const label = document.querySelector('.run-bar .progress-label')?.textContent ?? '';
      return Number(label.match(/Step ([\d,]+) of/)?.[1].replaceAll(',', '') ?? -1) >= wanted;
    }, step);
  }

  async pause() {
    await this.button('Pause').click();
    await this.button('Resume').waitFor();
  }

  async phase(words) {
    await this.page.locator('.run-phase', { hasText: words }).waitFor();
  }

  /** Evaluations so far, oldest first. */
  async evaluations() {
    const rows = await this.page.locator('.evaluations tbody tr').evaluateAll((all) =>
      all.map((row) => [...row.cells].map((cell) => cell.textContent)),
    );
    return rows.reverse().map(([step, ...numbers]) => {
      const [spearman, alignment, uniformity] = numbers.map(Number);
      return { step: Number(step.replaceAll(',', '')), spearman, alignment, uniformity };
    });
  }

  /** Scores of the weights chosen in the playground on the loaded pairs. */
  async evaluate() {
    return this.elsewhere('Evaluation', () => this.evaluateHere());
  }

  async evaluateHere() {
    const rows = this.card('On graded pairs').locator('tbody tr');
    const before = await rows.count();
    await this.card('On graded pairs').getByRole('button', { name: 'Evaluate', exact: true }).click();
    await rows.nth(before).waitFor();
    const cells = await rows.first().locator('th, td').allInnerTexts();
    const [weights, pooler, pairs, spearman, alignment, uniformity] = cells;
    return {
      weights,
      pooler,
      pairs: Number(pairs.replaceAll(',', '')),
      spearman: Number(spearman),
      alignment: Number(alignment),
      uniformity: Number(uniformity.replace('−', '-')),
    };
  }

  /** Takes a chart home both ways; returns the CSV's cells, line by line. */
  async chartFiles(title, name) {
    const png = await this.download(`${title} as PNG`);
    assert.equal(png.name, `simcse-lab-${name}.png`);
    assert.deepEqual([...png.bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assert.ok(png.bytes.readUInt32BE(16) > 600, 'a picture of some size');
    const csv = await this.download(`${title} as CSV`);
    assert.equal(csv.name, `simcse-lab-${name}.csv`);
    return csv.bytes.toString().trim().split('\n').map((line) => line.split(','));
  }

  /** Weights, model folder or the run so far. */
  async takeHome(name) {
    await this.tab('download');
    return this.download(name);
  }

  /** Presses a download button; returns the file's name and bytes. */
  async download(name) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.button(name).click()]);
    assert.equal(await download.failure(), null);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** The playground's cosines, row by row. */
  async compare(sentences) {
    return this.elsewhere('Playground', () => this.compareHere(sentences));
  }

  async compareHere(sentences) {
    const panel = this.page.locator('#playground-panel-matrix');
    const write = async (lines) => {
      await this.page.locator('#playground-text').fill(lines.join('\n'));
      await this.page.waitForFunction((lines) => {
        const shown = [...document.querySelectorAll('.matrix table tbody .matrix-sentence')].map((cell) => cell.textContent);
        return shown.length === lines.length && shown.every((text, index) => text === lines[index]);
      }, lines);
    };
    // Another list first: what is shown then of these is seen through the encoder as it is now.
    await write([...sentences, sentences[0]]);
    await write(sentences);
    return panel.locator('.matrix table tbody tr').evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.firstChild.textContent.replace('−', '-')))),
    );
  }
}
