// What the histograms of cosines share.

import { short, tooltip } from "./chart.js";
import { word } from "./words.js";

/** Width of an interval of cosines, from -1 on, as in src/eval/bins.rs. */
export const WIDTH = 0.05;

/** [start of the interval, per cent of `total`] for each count, and the end of the last interval. */
export function shares(counts, total) {
  const share = (count) => (100 * count) / Math.max(1, total);
  const steps = [...counts].map((count, index) => [index * WIDTH - 1, share(count)]);
  return [...steps, [1, share(counts.at(-1))]];
}

/** Names the interval under the pointer and each line's share in it. */
export function cosineTooltip(colours) {
  const where = ({ value: [cosine] }) => {
    const low = Math.min(cosine, 1 - WIDTH);
    return `${word("axis-cosine")} ${low.toFixed(2)} – ${(low + WIDTH).toFixed(2)}`;
  };
  return tooltip(colours, {
    trigger: "axis",
    formatter: (points) =>
      [where(points[0]), ...points.map(({ marker, seriesName, value }) => `${marker}${seriesName} ${short(value[1])} %`)].join("<br>"),
  });
}
