// A contender's own browser: nothing that it leaves on the device disturbs the others, and it can be ended at any time.

import { chromium } from 'playwright-core';

import { CONTENDERS } from './options.mjs';

const quiet = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A contender that waits for its turn keeps its page in the background.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];
const adapters = {
  swiftshader: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  // What headless Chromium needs on Linux to use a real GPU; other systems ignore what is Vulkan's.
  gpu: [
    '--enable-unsafe-webgpu',
    '--ignore-gpu-blocklist',
    '--use-angle=vulkan',
    '--enable-features=Vulkan',
    '--disable-vulkan-surface',
  ],
};

/** What took longer than it may. */
export class Over extends Error {
  constructor(seconds) {
    super(`over ${seconds} s`);
    this.seconds = seconds;
  }
}

export class Contender {
  constructor(name, server, { adapter, browser }) {
    this.name = name;
    this.server = server;
    this.launch = { executablePath: browser, headless: true, args: [...quiet, ...adapters[adapter]] };
  }

  /** Opens the contender's page in a fresh browser. */
  async start(query = {}) {
    this.browser = await chromium.launch(this.launch);
    this.page = await this.browser.newPage();
    this.page.setDefaultTimeout(0);
    const [bundle, variant] = CONTENDERS[this.name].split(':');
    const given = new URLSearchParams({ ...(variant && { variant }), ...query });
    const failed = new Promise((_, reject) => {
      this.page.on('pageerror', reject);
      this.page.on('crash', () => reject(new Error('the page crashed')));
    });
    // Only a race that is waiting for it is to hear of it.
    failed.catch(() => {});
    this.failed = failed;
    await this.page.goto(`${this.server.url}/${bundle}.html?${given}`);
    await this.within(60, this.page.waitForFunction(() => globalThis.bench));
  }

  /** Ends the browser after so many seconds. */
  async within(seconds, work) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Over(seconds)), seconds * 1000);
    });
    // Its own failure once the race is over is nobody's business.
    work.catch(() => {});
    try {
      return await Promise.race([work, late, this.failed]);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  open(task, seconds) {
    return this.within(seconds, this.page.evaluate((task) => globalThis.bench.open(task), task));
  }

  run(work, seconds) {
    return this.within(seconds, this.page.evaluate((work) => globalThis.bench.run(work), work));
  }

  call(name, ...given) {
    return this.within(600, this.page.evaluate(([name, given]) => globalThis.bench.call(name, ...given), [name, given]));
  }

  /** What the page left in `globalThis.first`. */
  first(seconds) {
    const found = this.page.waitForFunction(() => globalThis.first, undefined, { polling: 50 });
    return this.within(seconds, found.then((handle) => handle.jsonValue()));
  }

  async stop() {
    await this.browser?.close().catch(() => {});
  }
}
