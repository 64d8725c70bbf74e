// Loads the charts: a bundle of their own, imported once the page is shown.

/** Imports the bundle and lets its function `name` draw into `places`, elements by chart name. */
export async function mount(address, name, places) {
  const charts = await import(address);
  return charts[name](places);
}
