// The built page in headless Firefox, on its own WebGPU (wgpu and naga, here over lavapipe).

import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';

import { serve } from './harness.mjs';
import { patience } from './studio.mjs';

/**
 * Opens the page for one test and closes all when `use` is done; `use` takes the page and the server. A page that asks
 * another origin for anything, logs an error or throws fails its test. `site` is as in `serve`.
 */
export async function withFirefox(use, site = {}) {
  const server = await serve(site);
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    protocolTimeout: patience,
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      'dom.webgpu.workers.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
      'intl.accept_languages': 'en-US',
    },
  });
  try {
    const page = await browser.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(`uncaught: ${error}`));
    page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && /^http/.test(request.url())) faults.push(`left the site: ${request.url()}`);
    });
    await page.goto(server.url);
    await use(page, server);
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The engine runs. */
export async function ready(page) {
  await page.waitForSelector('.chip-ready', { timeout: patience });
}

/** What is there on arrival is trained by one press, and the point moves; then sentences are compared. */
export async function mainPath(page) {
  await page.locator('.run-buttons .button-primary:not(:disabled)').setTimeout(patience).click();
  await page.waitForFunction(
    () => /^Step ([3-9]|\d{2,}) of/.test(document.querySelector('.run-bar .progress-label')?.textContent ?? ''),
    { timeout: patience },
  );
  // Evaluated before the first step, so the plane has a point.
  await page.waitForFunction(
    () => /uniformity from/.test(document.querySelector('[data-chart=plane]').getAttribute('aria-label')),
    { timeout: patience },
  );
  await page.evaluate(() => (location.hash = '#/playground'));
  await page.waitForSelector('.matrix table td', { visible: true, timeout: patience });
  const diagonal = await page.$$eval('.matrix td.own', (cells) => cells.map((cell) => cell.textContent));
  assert.ok(diagonal.length > 2 && diagonal.every((cosine) => cosine === '1'), diagonal.join());
}
