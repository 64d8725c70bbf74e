// The page's side of the service worker www/offline/worker.js.

/** Whether the browser is set to save data; false where it does not say. */
export const savesData = () => Boolean(navigator.connection?.saveData);

/** Whether the page came from its service worker, which has the site's files here. */
export const isKept = () => Boolean(navigator.serviceWorker?.controller);

/** How often a page that stays open looks for a newer build, in milliseconds. */
const LOOK_EVERY = 3_600_000;

/** How long after each failure the page tries once more to keep the site, in milliseconds. */
const RETRY_AFTER = [5_000, 15_000, 60_000, 300_000];

/**
 * Has the service worker at `address` keep the site in the browser. `tell` is called whenever the state changes:
 * `ready`, all is kept; `saving`; `full`, there is no room; `unfinished`, a file could not be fetched, and it is tried
 * again after a while and when the network is back; `update`, a newer build is kept and waits; `unable`, this browser or
 * window keeps nothing; `asks`, the browser saves data and the visitor was not `asked` yet.
 */
export async function keepSite(address, asked, tell) {
  const { serviceWorker: container } = navigator;
  if (!container) {
    tell('unable');
    return;
  }
  try {
    const mustAsk = !asked && savesData() && !(await container.getRegistration(address));
    if (mustAsk) {
      tell('asks');
      return;
    }
    let registration;
    const retry = retries(async () => {
      registration = await register(address, tell);
    });
    // The worker says why installing failed. A failed update does not matter to a page whose own build is kept.
    container.addEventListener('message', ({ data }) => {
      if (registration?.active) return;
      tell(data);
      if (data === 'unfinished') retry();
    });
    container.startMessages();
    registration = await register(address, tell);
    lookForUpdates(address);
  } catch {
    // A private window, or a host that does not have the file.
    tell('unable');
  }
}

/** Registers the service worker at `address` and tells how far it is from then on. */
async function register(address, tell) {
  const registration = await navigator.serviceWorker.register(address, { updateViaCache: 'none' });
  const reportState = () => report(registration, tell);
  const follow = (worker) => worker?.addEventListener('statechange', reportState);
  registration.addEventListener('updatefound', () => {
    follow(registration.installing);
    reportState();
  });
  [registration.installing, registration.waiting, registration.active].forEach(follow);
  reportState();
  return registration;
}

/**
 * Returns what is to be called at each failure: it has `act` tried again after a while, and at once when the browser
 * says that the network is back.
 */
function retries(act) {
  const waits = RETRY_AFTER.values();
  let timer;
  let failed = false;
  const again = () => {
    clearTimeout(timer);
    if (!failed) return;
    failed = false;
    // Nothing can be fetched still: the next event of the network tries again.
    act().catch(() => (failed = true));
  };
  addEventListener('online', again);
  return () => {
    failed = true;
    const { value: wait } = waits.next();
    if (wait !== undefined) timer = setTimeout(again, wait);
  };
}

function report({ installing, waiting, active }, tell) {
  if (active?.state === 'activated') tell('ready');
  else if (installing ?? waiting ?? active) tell('saving');
  if (active && waiting) tell('update');
}

/** Browsers look for updates when a page is opened; a page that stays open for days has to ask. */
function lookForUpdates(address) {
  let last = performance.now();
  document.addEventListener('visibilitychange', async () => {
    if (document.visibilityState !== 'visible' || performance.now() - last < LOOK_EVERY) return;
    last = performance.now();
    // Without a network there is nothing new.
    const registration = await navigator.serviceWorker.getRegistration(address);
    registration?.update().catch(() => {});
  });
}

/**
 * Lets the newer build take over and reloads the page with it. Returns false, and changes nothing, if the site is open
 * in another tab or window.
 */
export async function takeUpdate(address) {
  const registration = await navigator.serviceWorker.getRegistration(address);
  const waiting = registration?.waiting;
  if (waiting) {
    waiting.addEventListener('statechange', () => {
      if (waiting.state === 'activated') location.reload();
    });
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    waiting.postMessage('take', [port2]);
    return answer;
  }
  // Another tab switched to the newer build already, and is closed again.
  location.reload();
  return true;
}
