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
