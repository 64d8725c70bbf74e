// The main path in Firefox: one press, and the point moves; sentences are compared, and nothing leaves the site. The same
// with the network off, after one visit.

import { test } from 'node:test';

import { mainPath, patience, ready, withFirefox } from './firefox.mjs';

test('in Firefox, one press trains, and sentences are compared', async () => {
  await withFirefox(async (page) => {
    await ready(page);
    await mainPath(page);
  });
});

test('in Firefox, after one visit, the same works with the network off', async () => {
  await withFirefox(async (page, server) => {
    await ready(page);
    await page.waitForSelector('.offline-ready', { timeout: patience });
    await server.close();
    await page.reload();
    await ready(page);
    await mainPath(page);
  });
});
