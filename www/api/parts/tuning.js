// Measures once, in about a second, which kind of matrix product is fastest on a device, and keeps the result in the
// browser. The site's own page does the same.

/** @import { Progress } from '../simcse-lab.js' */
/** @import { Engine } from './engine.js' */
/** @import { Fields } from './wire.js' */

// A value that another version kept is used only if it is one of these.
const KINDS = ['small', 'medium', 'large'];

/**
 * @param {Pick<Engine, 'ask' | 'tell'>} engine
 * @param {Fields} device
 * @param {{ onProgress?: (progress: Progress) => void, signal?: AbortSignal }} how
 */
export async function tune(engine, device, how) {
  // The CPU has only one kind, and a GPU that it emulates is not worth the time.
  if (device.kind === 'cpu' || device.software) return;
  const key = `simcse-lab api matmul: ${JSON.stringify(device)}`;
  const kept = recall(key);
  if (kept && KINDS.includes(kept)) {
    engine.tell({ UseMatmul: { kind: kept } });
    return;
  }
  // Plans built from now on use the fastest; where measuring fails, the device's default.
  const { ceilings } = await engine.ask('Tune', how).catch(() => ({ ceilings: { matmul_gigaflops: [] } }));
  const [best] = ceilings.matmul_gigaflops.toSorted((/** @type {any} */ a, /** @type {any} */ b) => b[1] - a[1]);
  if (best) remember(key, best[0]);
}

// Where the browser keeps nothing, or has no room, the next visit measures again.

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // See above.
  }
}
