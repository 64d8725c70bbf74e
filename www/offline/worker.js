// The site's service worker: keeps the site in the browser, so that it works without a network, and keeps one build's
// files together. www/build/service_worker.mjs bundles it with the lists of files; www/glue/offline.js is the page's
// side. Requests to other sites pass untouched.

import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import { PrecacheRoute } from 'workbox-precaching/PrecacheRoute.js';
import { registerRoute } from 'workbox-routing/registerRoute.js';

import { isolated } from './isolated.js';
import { listLargeFiles } from './large_files.js';
import { sameBuild } from './same_build.js';
import { removeAdded, urlsIn } from './tidy.js';

/** Defined when bundled: `{ first, later }`, see `lists` in www/build/site_files.mjs. */
const { first, later } = FILES;

// Caches belong to an origin, which may have the site in two folders.
const { scope } = self.registration;
const site = `simcse-lab-site ${scope}`;
const largeFiles = `simcse-lab-models ${scope}`;

const controller = new PrecacheController({ cacheName: site });
const { strategy } = controller;
// A copy in the browser's own cache is used where the host confirms that it is current.
strategy.fetchOptions = { cache: 'no-cache' };
// Answers do not depend on the request's headers.
strategy.matchOptions = { ignoreVary: true };
strategy.plugins.push(sameBuild(controller), isolated);
controller.addToCacheList(first);

// Parameters of the address (`?hub=…`) are for the page, not for the host.
registerRoute(new PrecacheRoute(controller, { ignoreURLParametersMatching: [/./] }));

self.addEventListener('install', (event) => event.waitUntil(install(event)));
self.addEventListener('activate', (event) => event.waitUntil(activate(event)));
self.addEventListener('message', (event) => event.waitUntil(answer(event)));

async function install(event) {
  const before = await urlsIn(site);
  // At a first visit a model may be loaded before the rest is kept.
  if (!self.registration.active) await listLargeFiles(largeFiles, later);
  try {
    await controller.install(event);
  } catch (error) {
    const full = error.name === 'QuotaExceededError';
    // Where there is no room, a part of the site is of no use; after a broken connection the next try starts with it.
    if (full) await removeAdded(site, before);
    await tellPages(full ? 'full' : 'unfinished');
    throw error;
  }
}

async function activate(event) {
  await controller.activate(event);
  await listLargeFiles(largeFiles, later);
  // The page that is open at the first visit.
  await self.clients.claim();
}

/** Answers the only request of pages: that this build takes over. */
async function answer({ data, ports: [port], source }) {
  if (data === 'take') port.postMessage(await take(source));
}

/**
 * Takes over from the build in use, if no other page uses it: files of two builds must not be mixed, and a run must not
 * be disturbed. Returns whether it did.
 */
async function take(page) {
  const open = await pages();
  const alone = open.every(({ id }) => id === page.id);
  if (alone) await self.skipWaiting();
  return alone;
}

async function tellPages(message) {
  for (const page of await pages()) page.postMessage(message);
}

/** The site's open pages. */
async function pages() {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.filter(({ url }) => url.startsWith(scope));
}
