// The main path in Firefox: one press, and the point moves; sentences are compared, and nothing leaves the site. The same
// with the network off, after one visit.

import { test } from 'node:test';

import { tinySite } from './api.mjs';
import { withBuild } from './builds.mjs';
import { mainPath, ready, withFirefox } from './firefox.mjs';
import { patience } from './studio.mjs';

test('in Firefox, one press trains, and sentences are compared', async () => {
  await withFirefox(async (page) => {
    await ready(page);
    await mainPath(page);
  });
});

test('in Firefox, after one visit, the same works with the network off', async () => {
  // The model that comes with the site is too large to be kept before it is loaded.
  await withBuild(tinySite(), async (folder) => {
    const afterOneVisit = async (page, server) => {
      await ready(page);
      await page.waitForSelector('.offline-ready', { timeout: patience });
      await server.close();
      await page.reload();
      await ready(page);
      await mainPath(page);
    };
    await withFirefox(afterOneVisit, { folder });
  });
});
