// Kills what a run depends on, at random moments, and sees that it goes on to the same end.
//
// Each case trains a small run in a new tab; then, after a random time, one of FAULTS happens. The run is taken up again as a
// visitor would, and has to end with the bytes of one that nothing happened to. What it is taken up from may lie no further
// back than what the page had said to be kept. Browser and profile go on from case to case, as a visitor's do, until one
// fails.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { random } from '../../bench/contenders/inputs.mjs';
import { browserFlags, serve } from './harness.mjs';
import { loadedAfter, reachableDevice } from './loader.mjs';
import { Studio } from './studio.mjs';

// Some seconds of training, of which a fault comes in the first half. SwiftShader is much slower than the CPU itself.
const STEPS = { cpu: 1200, gpu: 12 };
const recipe = (device) => ({
  'batch-size': 2,
  steps: STEPS[device],
  'eval-every': STEPS[device] / 12,
  seed: 5,
  'learning-rate': '1e-2',
});
// What is waited for takes some seconds; on SwiftShader the shaders alone take a quarter of a minute.
const PATIENCE = { cpu: 60_000, gpu: 180_000 };

/** A browser whose profile outlives it, where it is killed. */
class Browser {
  static async start(device, profile) {
    profile ??= await mkdtemp(join(tmpdir(), 'simcse-lab-faults-'));
    const flags = [...browserFlags, `--user-data-dir=${profile}`, '--remote-debugging-port=0', '--headless=new', 'about:blank'];
    const child = spawn('/usr/bin/chromium', flags, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    const address = await new Promise((found, failed) => {
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
        const match = said.match(/DevTools listening on (ws:\S+)/);
        if (match) found(match[1]);
      });
      child.on('exit', () => failed(new Error(`Chromium ended: ${said}`)));
    });
    const connection = await chromium.connectOverCDP(address);
    return new Browser(child, connection, profile, device);
  }

  constructor(child, connection, profile, device) {
    Object.assign(this, { child, connection, profile, device });
    [this.context] = connection.contexts();
  }

  /** The page in a tab of its own, the only one. */
  async open(url) {
    const page = await this.context.newPage();
    // Wide enough for the rail: on a small screen it is a sheet.
    await page.setViewportSize({ width: 1280, height: 800 });
    await this.page?.close();
    await page.goto(`${url}?device=${this.device}&start=empty`);
    this.page = page;
    this.studio = new Studio(page);
    page.setDefaultTimeout(PATIENCE[this.device]);
    await this.studio.ready();
    return this.studio;
  }

  /** The process with all its children, as a power cut would. */
  async kill() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    process.kill(-this.child.pid, 'SIGKILL');
    await gone;
    await this.connection.close().catch(() => {});
  }

  async close() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    await rm(this.profile, { recursive: true, force: true });
  }
}

/** What can happen: each returns the browser that the run is taken up in, its page open. */
const FAULTS = {
  async reload(browser) {
    await browser.page.reload();
    await browser.studio.ready();
    return browser;
  },
  async 'tab closed'(browser, url) {
    await browser.page.close();
    browser.page = undefined;
    await browser.open(url);
    return browser;
  },
  async 'tab crashed'(browser, url) {
    const { page } = browser;
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    page.goto('chrome://crash').catch(() => {});
    await crashed;
    await browser.open(url);
    return browser;
  },
  async 'worker ended'(browser) {
    await browser.page.workers()[0].evaluate(() => self.close());
    await browser.page.reload();
    await browser.studio.ready();
    return browser;
  },
  async 'browser killed'(browser, url, hold) {
    await browser.kill();
    const next = await Browser.start(browser.device, browser.profile);
    hold(next);
    await next.open(url);
    return next;
  },
  async 'network cut'(browser) {
    await browser.context.setOffline(true);
    await browser.page.waitForTimeout(200);
    await browser.context.setOffline(false);
    await browser.page.reload();
    await browser.studio.ready();
    return browser;
  },
  async 'disk full'(browser, url) {
    const session = await browser.context.newCDPSession(browser.page);
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin: new URL(url).origin });
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize: usage + 1 });
    await browser.page.waitForTimeout(300);
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin });
    await browser.page.reload();
    await browser.studio.ready();
    return browser;
  },
};

/** What happens to the device alone: the page goes on by itself. */
const LOSSES = {
  async 'device lost'(browser) {
    await browser.page.workers()[0].evaluate(() => self.device.destroy());
    return browser;
  },
};

/** The step that the page says to be kept; 0: none yet. The line is gone with the run, so nothing waits for it. */
async function keptStep(page) {
  const [line] = await page.getByText(/^Kept up to step/).allInnerTexts();
  return line ? Number(line.match(/step ([\d,]+)/)[1].replaceAll(',', '')) : 0;
}

async function begin(browser) {
  const { studio } = browser;
  await studio.loadTinyModel();
  await studio.loadTinyTexts();
  await studio.recipe(recipe(browser.device));
  await studio.train();
  await studio.button('Pause').or(over(studio.page)).first().waitFor();
}

/** What says that a run is over. */
const over = (page) => page.locator('.run-phase', { hasText: 'Finished' });

/** Weights and curves of a run that is over. */
async function results(browser) {
  await over(browser.page).waitFor();
  const { bytes: weights } = await browser.studio.takeHome('Weights (.safetensors)');
  const evaluations = await browser.studio.evaluations();
  return { weights, evaluations };
}

/** What became of the run that began last, as it is kept. */
async function lastOutcome(page) {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const runs = await (await root.getDirectoryHandle('simcse-lab')).getDirectoryHandle('runs');
    const ids = [];
    for await (const id of runs.keys()) ids.push(Number(id));
    const run = await runs.getDirectoryHandle(String(Math.max(...ids)));
    return JSON.parse(await (await (await run.getFileHandle('run.json')).getFile()).text()).outcome;
  });
}

/**
 * Makes one thing happen to a run, `part` of the way to the moment that the seed says, and tells `hold` of a new browser at
 * once. Returns whether the run was still there for it: on a busy machine it may be over first.
 */
async function injectFault(kind, seed, part, browser, { url, expected, hold }) {
  await browser.open(url);
  await begin(browser);
  await browser.page.getByText(/^Kept up to step/).or(over(browser.page)).first().waitFor();
  const wanted = Math.floor((random(seed)() * part * STEPS[browser.device]) / 2);
  await browser.studio.reach(wanted);
  if (await over(browser.page).isVisible()) return false;
  const kept = await keptStep(browser.page);
  const after = await (FAULTS[kind] ?? LOSSES[kind])(browser, url, hold);
  if (FAULTS[kind]) {
    if ((await lastOutcome(after.page)) === 'completed') return false;
    const offer = after.page.locator('.cut-off-run');
    await offer.waitFor();
    const from = Number((await offer.innerText()).match(/step ([\d,]+) of/)[1].replaceAll(',', ''));
    assert.ok(from >= kept, `taken up at step ${from}, and step ${kept} was said to be kept`);
    await after.studio.button('Go on').first().click();
  }
  const { weights, evaluations } = await results(after);
  assert.ok(weights.equals(expected.weights), 'the weights are those of a run that nothing happened to');
  assert.deepEqual(evaluations, expected.evaluations);
  return true;
}

/** Makes `count` things happen, of all kinds in turn; returns how many of each, and what went wrong. */
export async function makeFaults({ count, seed, say = () => {} }) {
  const server = await serve({ files: loadedAfter(reachableDevice) });
  const kinds = [...Object.keys(FAULTS), ...Object.keys(LOSSES)];
  const made = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const failures = [];
  // By device: the browser at hand, and what a run comes to there that nothing happens to.
  const browsers = {};
  const expected = {};
  try {
    for (let number = 0; number < count; number += 1) {
      const kind = kinds[number % kinds.length];
      const device = LOSSES[kind] ? 'gpu' : 'cpu';
      const began = Date.now();
      try {
        browsers[device] ??= await Browser.start(device);
        if (!expected[device]) {
          await browsers[device].open(server.url);
          await begin(browsers[device]);
          expected[device] = await results(browsers[device]);
        }
        const hold = (browser) => (browsers[device] = browser);
        const settings = { url: server.url, expected: expected[device], hold };
        let part = 1;
        while (!(await injectFault(kind, seed + number, part, browsers[device], settings))) {
          part /= 2;
          assert.ok(part > 0.1, 'the run was over before anything could happen to it, four times');
          say(`${kind}: it came after the end of the run, and is made again, earlier`);
        }
        made[kind] += 1;
        say(`${number + 1} of ${count}: ${kind}: the same bytes, ${((Date.now() - began) / 1000).toFixed(1)} s`);
      } catch (error) {
        failures.push(`${kind}, seed ${seed + number}: ${error.message}`);
        say(`${number + 1} of ${count}: ${failures.at(-1)}`);
        await browsers[device]?.close();
        browsers[device] = undefined;
      }
    }
  } finally {
    for (const browser of Object.values(browsers)) await browser?.close();
    await server.close();
  }
  return { made, failures };
}

// `node tests/e2e/faults.mjs COUNT SEED`
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count, seed] = process.argv.slice(2).map(Number);
  const { made, failures } = await makeFaults({ count, seed, say: console.log });
  for (const [kind, number] of Object.entries(made)) console.log(`${kind}: ${number} with the same bytes`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  process.exit(failures.length > 0 ? 1 : 0);
}
