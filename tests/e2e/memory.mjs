// Memory that a browser's processes use.

import { readFile, readdir } from 'node:fs/promises';

/**
 * MiB of each process below this one, by its id, what they share counted once: browser, pages, GPU. Only what they made
 * themselves: pages of files are the program's own, and how much of them counts here changes whenever another browser on the
 * machine comes or goes.
 */
export async function browserMemory() {
  const processes = new Map();
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined);
    const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => undefined);
    if (!stat || !rollup) continue;
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    const kib = (kind) => Number(rollup.match(new RegExp(`^${kind}:\\s+(\\d+)`, 'm'))[1]);
    processes.set(id, { parent, mib: (kib('Pss_Anon') + kib('Pss_Shmem')) / 1024 });
  }
  const isDescendant = (id) => processes.has(id) && (processes.get(id).parent === String(process.pid) || isDescendant(processes.get(id).parent));
  return new Map([...processes].filter(([id]) => isDescendant(id)).map(([id, { mib }]) => [id, mib]));
}
