// The main path in Firefox, on its own WebGPU (wgpu and naga, here over lavapipe): one press, and the point moves;
// sentences are compared, and nothing leaves the site.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import puppeteer from 'puppeteer-core';

import { serve } from './harness.mjs';

const patience = 240_000;

test('in Firefox, one press trains, and sentences are compared', async () => {
  const server = await serve();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
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
    await page.waitForSelector('.chip-slow, .chip-ready', { timeout: patience });
    await page.locator('.quick-start .button-primary').setTimeout(patience).click();
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
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    await server.close();
  }
});
