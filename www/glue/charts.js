// The charts come as a bundle of their own, imported when the page stands.

/** Imports the bundle and lets it draw into `places`, elements by chart name. */
export async function mountCharts(address, places) {
  const { mount } = await import(address);
  return mount(places);
}

/** The same for an analysis. */
export async function mountAnalysis(address, places) {
  const charts = await import(address);
  return charts.mountAnalysis(places);
}

/** The same for a map of sentences, laid out by the worker's program at `program`. */
export async function mountMap(address, place, program) {
  const charts = await import(address);
  return charts.mountMap(place, program);
}

/** The same for the similarity matrix of a batch. */
export async function mountBatch(address, places) {
  const charts = await import(address);
  return charts.mountBatch(places);
}
