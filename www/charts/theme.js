// Colours and type from the page's custom properties, so that the charts follow light and dark with everything else.

export function theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    ink: value("--ink"),
    muted: value("--muted"),
    line: value("--line"),
    strongLine: value("--strong-line"),
    sphereLight: value("--sphere-light"),
    sphereDark: value("--sphere-dark"),
    surface: value("--surface"),
    loss: value("--series-loss"),
    rate: value("--series-rate"),
    spearman: value("--series-spearman"),
    alignment: value("--series-alignment"),
    uniformity: value("--series-uniformity"),
    path: value("--series-path"),
    base: value("--series-base"),
    trained: value("--series-trained"),
    beside: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => value(`--run-${number}`)),
    groups: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => value(`--group-${number}`)),
    heat: ["--heat-low", "--heat-mid", "--heat-high"].map(value),
    font: style.fontFamily,
  };
}

export function onThemeChange(listener) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}

/** Whether animations are wanted. */
export function motionAllowed() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
