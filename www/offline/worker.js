// The site's service worker: keeps the site in the browser, so that it works without a network, and keeps one build's
// files together. www/build/service_worker.mjs bundles it with the lists of files; what the page and this say to each
// other is in www/glue/offline.js. Requests to other sites pass untouched.

import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import { PrecacheRoute } from 'workbox-precaching/PrecacheRoute.js';
import { registerRoute } from 'workbox-routing/registerRoute.js';

import { isolated } from './isolated.js';
import { listLargeFiles } from './large_files.js';
import { sameBuild } from './same_build.js';
import { removeAdded, urlsIn } from './tidy.js';

/** Defined when bundled: `{ first, later }`, see `lists` in www/build/site_files.mjs. */
const { first, later } = FILES;

// Caches belong to an origin, and the site may be there twice.
const { scope } = self.registration;
const site = `simcse-lab-site ${scope}`;
const largeFiles = `simcse-lab-models ${scope}`;

const controller = new PrecacheController({ cacheName: site });
const { strategy } = controller;
// The copy that the browser has of a file will do where the host says that it is the newest.
strategy.fetchOptions = { cache: 'no-cache' };
// A file is the same however it is asked for.
strategy.matchOptions = { ignoreVary: true };
strategy.plugins.push(sameBuild(controller), isolated);
controller.addToCacheList(first);

// A parameter tells the page something (`?hub=…`), not the host.
registerRoute(new PrecacheRoute(controller, { ignoreURLParametersMatching: [/./] }));

self.addEventListener('install', (event) => event.waitUntil(install(event)));
self.addEventListener('activate', (event) => event.waitUntil(activate(event)));
self.addEventListener('message', (event) => event.waitUntil(answer(event)));

async function install(event) {
  const before = await urlsIn(site);
  // At a first visit the model may be loaded before the rest is here.
  if (!self.registration.active) await listLargeFiles(largeFiles, later);
  try {
    await controller.install(event);
  } catch (error) {
    const full = error.name === 'QuotaExceededError';
    // Part of a site is of no use, and others want the room; what a broken line left is there for the next try.
    if (full) await removeAdded(site, before);
    await tellPages(full ? 'full' : 'unfinished');
    throw error;
  }
}

async function activate(event) {
  await controller.activate(event);
  await listLargeFiles(largeFiles, later);
  // At the first visit, the page that is open.
  await self.clients.claim();
}

/** The one thing that a page asks for: that this build take over. */
async function answer({ data, ports: [port], source }) {
  if (data === 'take') port.postMessage(await take(source));
}

/**
 * Takes over from the build in use, if no other page uses it: files of two builds do not go together, and a run is not to
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
