// The files that are too large to be kept unasked. The engine's worker keeps each when a visitor first loads it
// (src/app/site_cache.rs), since a browser may end a service worker in the middle of a long download. Here they are
// listed, and those that another build replaced are removed.

/** The address, relative to the site, of the cached list: path → revision. */
const LIST = '.simcse-lab-files.json';

/**
 * Brings the cache `name` up to this build.
 * @param {string} name
 * @param {{ url: string, revision: string }[]} files
 */
export async function listLargeFiles(name, files) {
  const cache = await caches.open(name);
  const list = new URL(LIST, self.registration.scope).href;
  const before = await cache.match(list).then((response) => response?.json());
  const current = Object.fromEntries(files.map(({ url, revision }) => [url, revision]));
  for (const request of await cache.keys()) {
    const path = request.url.slice(self.registration.scope.length);
    if (request.url !== list && (!current[path] || current[path] !== before?.[path])) await cache.delete(request);
  }
  await cache.put(list, Response.json(current));
}
