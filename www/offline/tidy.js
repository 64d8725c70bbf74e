// Lists what is in a cache, and removes what was added since.

/** The addresses that a cache has answers for. */
export async function urlsIn(name) {
  const cache = await caches.open(name);
  return new Set((await cache.keys()).map(({ url }) => url));
}

/** Removes what was not there `before`; the whole cache if it was empty then. */
export async function removeAdded(name, before) {
  if (before.size === 0) {
    await caches.delete(name);
    return;
  }
  const cache = await caches.open(name);
  for (const request of await cache.keys()) if (!before.has(request.url)) await cache.delete(request);
}
