// The engine's worker, which www/start.js has begun while the page's program was still on its way.

/** @typedef {{ address: string, worker: Worker, early: Event[] }} Begun See `beginEngine` of www/start.js. */

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
  const listen = () => {
    for (const event of same ? begun.early : []) {
      if (event.type === 'message') onMessage(/** @type {MessageEvent} */ (event));
      else onError(event);
    }
    worker.onmessage = onMessage;
    worker.onerror = onError;
  };
  if (same) queueMicrotask(listen);
  else listen();
  return worker;
}
