// The service worker of a build that keeps nothing: it removes what an earlier one kept for this site, and then itself.

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(remove()));

async function remove() {
  const { scope } = self.registration;
  const ours = [`simcse-lab-site ${scope}`, `simcse-lab-models ${scope}`];
  await Promise.all(ours.map((name) => caches.delete(name)));
  await self.registration.unregister();
}
