// What charts of counted cosines share.

import { short, tooltip } from "./chart.js";
import { word } from "./words.js";

/** Of an interval of cosines, as src/eval/bins.rs counts them, from -1 on. */
export const WIDTH = 0.05;

/** [beginning of the interval, per cent of `total`] of each count, and the end of the last. */
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
