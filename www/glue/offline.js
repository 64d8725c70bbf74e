// The page's side of the service worker www/offline/worker.js.

/** Whether the visitor's browser saves data; where it does not say, it does not. */
export const savesData = () => Boolean(navigator.connection?.saveData);

/** How often a page that stays open looks for a newer build, in milliseconds. */
const LOOK_EVERY = 3_600_000;

/**
 * Has the site kept in the browser by the service worker at `address`. `tell` hears, as things change:
 * `ready`, all is kept; `saving`; `full`, there is no room; `unfinished`, a file could not be had; `update`, a newer build is
 * kept and waits; `unable`, this browser or window keeps nothing; `asks`, the visitor saves data and was not `asked` yet.
 */
export async function keepSite(address, asked, tell) {
  const { serviceWorker: container } = navigator;
  if (!container) {
    tell('unable');
    return;
  }
  try {
    const saves = savesData() && !(await container.getRegistration(address));
    if (saves && !asked) {
      tell('asks');
      return;
    }
    let registration;
    // Why it failed, from the one that fails. A newer build that cannot be had is no news to a page whose own is kept.
    container.addEventListener('message', ({ data }) => registration?.active || tell(data));
    container.startMessages();
    registration = await container.register(address, { updateViaCache: 'none' });
    const look = () => report(registration, tell);
    const follow = (worker) => worker?.addEventListener('statechange', look);
    registration.addEventListener('updatefound', () => {
      follow(registration.installing);
      look();
    });
    [registration.installing, registration.waiting, registration.active].forEach(follow);
    look();
    lookForUpdates(registration);
  } catch {
    // A private window, or a host that does not have the file.
    tell('unable');
  }
}

function report({ installing, waiting, active }, tell) {
  if (active?.state === 'activated') tell('ready');
  else if (installing ?? waiting ?? active) tell('saving');
  if (active && waiting) tell('update');
}

/** Browsers look when a page is opened; one that stays open for days asks itself. */
function lookForUpdates(registration) {
  let last = performance.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || performance.now() - last < LOOK_EVERY) return;
    last = performance.now();
    // Without a network there is nothing new.
    registration.update().catch(() => {});
  });
}

/**
 * Lets the newer build take over and reloads the page with it. Returns false, and changes nothing, if the site is open in
 * another tab or window.
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
  // Another tab was faster, and is closed again.
  location.reload();
  return true;
}
