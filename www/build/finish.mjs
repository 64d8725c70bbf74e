// The hook that Trunk runs when all files of the site are there, before it publishes them. Hooks of one stage run at
// the same time, so steps that have an order share this one.

import { optimise } from './optimise.mjs';
import { link } from './program.mjs';
import { writeRemover, writeServiceWorker } from './service_worker.mjs';

const { TRUNK_STAGING_DIR: site, TRUNK_PROFILE: profile } = process.env;

link(site);
if (profile === 'release') {
  // `cargo xtask serve` turns it off: the size of the download does not matter there.
  if (process.env.SIMCSE_WASM_OPT !== 'off') await optimise(site);
  await writeServiceWorker(site);
} else {
  // A debug build must show the files just built, not cached ones.
  await writeRemover(site);
}
