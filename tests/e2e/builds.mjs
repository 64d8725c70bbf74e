// Builds of the site that differ from the one in dist/: what a host has after an update.

import { link, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { writeServiceWorker } from '../../www/build/service_worker.mjs';
import { dist, root } from './harness.mjs';

/**
 * Calls `use` with the folder of a build that has `changes`, path → content (`null`: the file is not there), and a service
 * worker that knows of them.
 */
export async function withBuild(changes, use) {
  // Beside dist/, so that files that stay the same can be links to those.
  const folder = await mkdtemp(join(root, 'target/build-'));
  try {
    for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
      const path = relative(dist, join(entry.parentPath, entry.name));
      if (!entry.isFile() || path in changes || path.startsWith('sw.js')) continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await link(join(dist, path), join(folder, path));
    }
    for (const [path, content] of Object.entries(changes)) {
      if (content === null) continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await writeServiceWorker(folder);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
