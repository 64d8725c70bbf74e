// The plane of alignment and uniformity (Wang and Isola 2020; figure 2 of the SimCSE paper): the path of the run.

import { View, axis, short, tooltip } from "./chart.js";
import { motionAllowed } from "./theme.js";
import { word } from "./words.js";

/** Room around the path, as a share of its extent; and the least extent, so that noise does not look like a journey. */
const MARGIN = 0.2;
const LEAST_EXTENT = 0.06;

export class PlaneView extends View {
  constructor(element, history) {
    super(element, history, "evaluations");
  }

  frame(colours) {
    const describe = ({ data }) =>
      data.step === undefined
        ? ""
        : `${data.step === 0 ? word("point-before-training") : `${word("point-step")} ${data.step}`}<br>` +
          `${word("axis-uniformity")} ${short(data.value[0])}<br>` +
          `${word("axis-alignment")} ${short(data.value[1])}<br>Spearman ${short(data.spearman)}`;
    const label = (formatter, position) => ({
      show: true,
      formatter,
      position,
      color: colours.ink,
      fontFamily: colours.font,
      fontSize: 12,
    });
    const plain = { ...axis(colours, "").axisLabel, formatter: short };
    return {
      animation: motionAllowed(),
      animationDurationUpdate: 300,
      grid: { left: 66, right: 24, top: 20, bottom: 50 },
      tooltip: tooltip(colours, { trigger: "item", formatter: describe }),
      xAxis: axis(colours, word("axis-uniformity-better"), { nameGap: 32, splitNumber: 4, axisLabel: plain }),
      yAxis: axis(colours, word("axis-alignment-better"), { nameGap: 50, splitNumber: 4, axisLabel: plain }),
      series: [
        {
          id: "path",
          type: "line",
          symbol: "circle",
          symbolSize: 7,
          lineStyle: { color: colours.path, width: 2 },
          itemStyle: { color: colours.path },
        },
        {
          id: "start",
          type: "scatter",
          symbolSize: 13,
          itemStyle: { color: colours.surface, borderColor: colours.path, borderWidth: 2.5 },
          label: label(word("point-before"), "top"),
          labelLayout: { hideOverlap: true },
        },
        {
          id: "now",
          type: "scatter",
          symbolSize: 17,
          itemStyle: { color: colours.path, borderColor: colours.surface, borderWidth: 3 },
          label: label(({ data }) => `${word("point-step")} ${data.step}`, "bottom"),
        },
      ],
    };
  }

  data() {
    const points = this.history.evaluations
      .filter((known) => !Number.isNaN(known.alignment))
      .map((known) => ({ value: [known.uniformity, known.alignment], step: known.step, spearman: known.spearman }));
    const moved = points.length > 1;
    return {
      xAxis: extent(points.map((point) => point.value[0])),
      yAxis: extent(points.map((point) => point.value[1])),
      series: [
        { id: "path", data: points },
        { id: "start", data: points.slice(0, 1) },
        { id: "now", data: moved ? points.slice(-1) : [] },
      ],
    };
  }
}

/** Axis limits around values; a round range where there are none. */
function extent(values) {
  if (values.length === 0) return { min: 0, max: 1, show: false };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const half = (Math.max(high - low, LEAST_EXTENT) * (1 + 2 * MARGIN)) / 2;
  const middle = (low + high) / 2;
  const round = (value) => Number(value.toFixed(3));
  return { min: round(middle - half), max: round(middle + half), show: true };
}
