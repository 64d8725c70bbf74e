// Reads dropped files and folders; far shorter in JavaScript than through bindings.

/** All files of a drop, those in folders too: `[path, File]` pairs. `transfer` is read before the first await, since it
 * is empty after the event. */
export async function droppedFiles(transfer) {
  const entries = Array.from(transfer.items)
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (!entry) return;
  if (entry instanceof File) {
    found.push([entry.name, entry]);
  } else if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push([entry.fullPath.replace(/^\//, ""), file]);
  } else {
    const reader = entry.createReader();
    // A reader returns a folder's entries in portions; an empty one is the end.
    for (;;) {
      const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (portion.length === 0) break;
      for (const child of portion) await walk(child, found);
    }
  }
}
