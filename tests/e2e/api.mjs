// A page for programs that use the module `api/simcse-lab.js`, with a tiny model on its site.

import { withPage } from './harness.mjs';
import { patience } from './studio.mjs';
import { tinyModel } from './tiny_model.mjs';

/** A site's files, path → content, whose only model is a tiny one. */
export function tinySite() {
  const files = tinyModel();
  const bytes = files.reduce((sum, { buffer }) => sum + buffer.length, 0);
  const entry = { name: 'Tiny', path: 'tiny', files: files.map(({ name }) => name), bytes, licence: 'none' };
  const model = files.map(({ name, buffer }) => [`models/tiny/${name}`, buffer]);
  return { ...Object.fromEntries(model), 'models/index.json': JSON.stringify([entry]) };
}

/**
 * Opens the example page, in which programs find, by `page.evaluate`: `SimCSE` and `SimCSEError`; `lines(count)`,
 * sentences; `graded`, pairs with scores; `caught(promise)`, the code and message of what it rejects with; `numbers(matrix)`,
 * a matrix's numbers as an array; and `site`, the site's address.
 */
export async function withApi(options, use) {
  await withPage({ path: 'api/example.html', ...options, files: { ...tinySite(), ...options.files } }, async (page, { url }) => {
    page.setDefaultTimeout(patience);
    await page.evaluate(async (site) => {
      const module = await import(`${site}api/simcse-lab.js`);
      const subjects = ['a cat', 'the train', 'one dog', 'some bread', 'no rain', 'her song', 'his book'];
      const verbs = ['sleeps', 'leaves', 'runs', 'falls', 'ends'];
      const line = (n) => `${subjects[n % 7]} ${verbs[n % 5]} ${'far and '.repeat(n % 4)}near ${n.toString(36)}`;
      const lines = (count) => Array.from({ length: count }, (_, n) => line(n));
      const graded = Array.from({ length: 12 }, (_, n) => [line(n), n % 3 ? line(n + 20) : `${line(n)}.`, n % 3 ? 1 + (n % 5) / 4 : 4.5]);
      const caught = (promise) =>
        promise.then(
          () => ({ code: 'none', message: '' }),
          (error) => ({ code: error.code, message: error.message, ours: error instanceof module.SimCSEError }),
        );
      const numbers = ({ data }) => [...data];
      Object.assign(globalThis, module, { lines, graded, caught, numbers, site });
    }, url);
    await use(page, { url });
  });
}

/** Ends when the page has no worker any more: the browser tells of their end a little later. */
export async function enginesEnded(page) {
  while (page.workers().length > 0) await page.workers()[0].waitForEvent('close');
}
