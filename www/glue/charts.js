// The charts come as a bundle of their own, imported when the page stands.

/** Imports the bundle and lets its function `name` draw into `places`, elements by chart name. */
export async function mount(address, name, places) {
  const charts = await import(address);
  return charts[name](places);
}
