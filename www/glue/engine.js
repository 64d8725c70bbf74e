// The engine's worker, which www/start.js has begun while the page's program was still on its way.

/** @typedef {{ address: string, worker: Worker, early: Event[] }} Begun See `beginEngine` of www/start.js. */

/**
 * Hands on what has come, all of it at once, when the page has had time for something else: a fast run sends more than a
 * page can draw one by one, and what it draws stands for all that came before.
 * @param {(event: MessageEvent) => void} handOn
 */
function together(handOn) {
  /** @type {MessageEvent[]} */
  const waiting = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => waiting.splice(0).forEach(handOn);
  return (/** @type {MessageEvent} */ event) => {
    // Both ports stay as long as this function does, by the channel: Firefox forgets a port that nothing names.
    if (waiting.push(event) === 1) channel.port2.postMessage(null);
  };
}

/**
 * The worker for exactly this address, begun before or now. Its messages and errors go to the two functions; those that
 * came before are first, once the calling script is done.
 * @param {string} address
 * @param {(event: MessageEvent) => void} onMessage
 * @param {(event: Event) => void} onError
 */
export function takeEngine(address, onMessage, onError) {
  const begun = /** @type {{ simcseLabEngine?: Begun }} */ (globalThis).simcseLabEngine;
  const same = begun?.address === address;
  // It computes with something else than is wanted.
  if (begun && !same) begun.worker.terminate();
  const worker = begun && same ? begun.worker : new Worker(address, { type: 'module' });
  const hear = together(onMessage);
  const listen = () => {
    for (const event of same ? begun.early : []) {
      if (event.type === 'message') hear(/** @type {MessageEvent} */ (event));
      else onError(event);
    }
    worker.onmessage = hear;
    worker.onerror = onError;
  };
  if (same) queueMicrotask(listen);
  else listen();
  return worker;
}
