// Intervals, shares and tooltip of the histograms of cosines.

import { short, tooltip } from "./chart.js";
import { word } from "./words.js";

/** Width of an interval of cosines, from -1 on, as in src/eval/bins.rs. */
export const INTERVAL = 0.05;

/** Points of a step line: [start of the interval, per cent of `total`] for each count, then the end of the last interval. */
export function percentSteps(counts, total) {
  const share = (count) => (100 * count) / Math.max(1, total);
  const steps = [...counts].map((count, index) => [index * INTERVAL - 1, share(count)]);
  return [...steps, [1, share(counts.at(-1))]];
}

/** Names the interval under the pointer and each line's share in it. */
export function cosineTooltip(colours) {
  const interval = ({ value: [cosine] }) => {
    const low = Math.min(cosine, 1 - INTERVAL);
    return `${word("axis-cosine")} ${low.toFixed(2)} – ${(low + INTERVAL).toFixed(2)}`;
  };
  return tooltip(colours, {
    trigger: "axis",
    formatter: (points) =>
      [interval(points[0]), ...points.map(({ marker, seriesName, value }) => `${marker}${seriesName} ${short(value[1])} %`)].join("<br>"),
  });
}
