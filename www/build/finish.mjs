// What Trunk calls when all files of the site are there, before it publishes them. Its hooks of one stage run at the
// same time, so this is one hook for what has an order.

import { optimise } from './optimise.mjs';
import { writeRemover, writeServiceWorker } from './service_worker.mjs';

const { TRUNK_STAGING_DIR: site, TRUNK_PROFILE: profile } = process.env;

if (profile === 'release') {
  // Off where nobody waits for a download: `cargo xtask serve`.
  if (process.env.SIMCSE_WASM_OPT !== 'off') await optimise(site);
  await writeServiceWorker(site);
} else {
  // Who builds for trying things out wants the files just built, not those kept.
  await writeRemover(site);
}
