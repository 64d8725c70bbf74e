// What a browser takes of the machine's memory.

import { readFile, readdir } from 'node:fs/promises';

/** MiB of all processes below this one, what they share counted once: browser, pages, GPU. */
export async function browserMemory() {
  const processes = new Map();
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined);
    const status = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => undefined);
    if (!stat || !status) continue;
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    processes.set(id, { parent, kib: Number(status.match(/^Pss:\s+(\d+)/m)?.[1] ?? 0) });
  }
  const ours = (id) => id === String(process.pid) || (processes.has(id) && ours(processes.get(id).parent));
  let kib = 0;
  for (const [id, { kib: own }] of processes) if (id !== String(process.pid) && ours(id)) kib += own;
  return kib / 1024;
}
