// The hook with which Trunk has the page's program compiled and split (xtask/src/page.rs), while it makes the rest.

import { spawnSync } from 'node:child_process';

const { SIMCSE_XTASK: xtask, TRUNK_PROFILE: profile, TRUNK_STAGING_DIR: site } = process.env;
const args = ['page', site, ...(profile === 'release' ? ['--release'] : [])];
// Trunk called by itself knows no xtask yet.
const [program, ...rest] = xtask ? [xtask, ...args] : ['cargo', 'xtask', ...args];
const { status, error } = spawnSync(program, rest, { stdio: 'inherit' });
if (error) console.error(`${program}: ${error.message}`);
process.exitCode = status ?? 1;
