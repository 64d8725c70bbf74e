// The plane of alignment and uniformity (Wang and Isola 2020; figure 2 of the SimCSE paper): the paths of runs.

import { View, axis, escaped, short, tooltip } from "./chart.js";
import { look } from "./runs.js";
import { motionAllowed } from "./theme.js";
import { word } from "./words.js";

/** Room around the paths, as a share of their extent; and the least extent, so that noise does not fill the plane. */
const MARGIN = 0.2;
const LEAST_EXTENT = 0.06;
/** The axes of figure 2 of the SimCSE paper: uniformity, alignment. */
const PAPER = [
  [-2.6, -1.6],
  [0.2, 0.4],
];

export class PlaneView extends View {
  constructor(element, runs) {
    super(element, runs, "evaluations");
    this.replaced = ["series"];
    this.margins = { left: 58, right: 14, top: 20, bottom: 46 };
  }

  frame(colours) {
    const describe = ({ data }) =>
      data.what !== undefined
        ? `<b>${escaped(data.name)}</b><br>${escaped(data.what)}<br>` +
          `${word("axis-uniformity")} ${short(data.value[0])}<br>` +
          `${word("axis-alignment")} ${short(data.value[1])}<br>Spearman ${short(data.spearman)}`
        : data.step === undefined
          ? ""
          : (data.run === undefined ? "" : `${escaped(data.run)}<br>`) +
          `${data.step === 0 ? word("point-before-training") : `${word("point-step")} ${data.step}`}<br>` +
          `${word("axis-uniformity")} ${short(data.value[0])}<br>` +
          `${word("axis-alignment")} ${short(data.value[1])}<br>Spearman ${short(data.spearman)}`;
    // The limits are not round numbers.
    const ends = { showMinLabel: false, showMaxLabel: false };
    const plain = { ...axis(colours, "").axisLabel, ...ends, formatter: short };
    return {
      animation: motionAllowed(),
      animationDurationUpdate: 300,
      grid: this.margins,
      tooltip: tooltip(colours, { trigger: "item", formatter: describe }),
      xAxis: axis(colours, word("axis-uniformity-better"), { nameGap: 32, splitNumber: 4, axisLabel: plain }),
      yAxis: axis(colours, word("axis-alignment-better"), { nameGap: 42, splitNumber: 4, axisLabel: plain }),
    };
  }

  data(colours) {
    const { present, beside, landmarks, area, paper } = this.content;
    const points = pointsOf(present);
    const others = beside.map((run) => ({ ...run, points: pointsOf(run.history, run.name) }));
    const known = landmarks.map((landmark) => ({ ...landmark, value: [landmark.uniformity, landmark.alignment] }));
    const all = [points, known, ...others.map((other) => other.points)].flat();
    const [x, y] = area ?? (paper ? PAPER : [0, 1].map((axis) => extent(all.map((point) => point.value[axis]))));
    const limits = ([min, max]) => ({ min, max, show: paper || all.length > 0 });
    return {
      xAxis: limits(x),
      yAxis: limits(y),
      series: [
        ...(known.length > 0 ? fixedPoints(colours, known, (x[0] + x[1]) / 2) : []),
        ...others.flatMap(({ id, name, colour, points }) => pathBeside(colours, id, name, colour, points)),
        ...path(colours, points),
      ],
    };
  }
}

/** The landmarks as diamonds, and a frame around the area of the paper's figure 2. Names stand towards the `middle`. */
function fixedPoints(colours, landmarks, middle) {
  const [[left, right], [low, high]] = PAPER;
  // The line ends at the corner where its label is drawn: few paths and points come there.
  const corners = [
    [left, low],
    [left, high],
    [right, high],
    [right, low],
    [left, low],
  ];
  return [
    {
      id: "papers-plane",
      type: "line",
      symbol: "none",
      silent: true,
      z: 1,
      lineStyle: { color: colours.muted, width: 1, type: "dashed" },
      endLabel: { ...labelled(colours, word("landmarks-paper")), offset: [0, -10], color: colours.muted, fontSize: 11, align: "left" },
      data: corners,
    },
    {
      id: "landmarks",
      type: "scatter",
      symbol: "diamond",
      symbolSize: 12,
      z: 2,
      itemStyle: { color: colours.muted, borderColor: colours.surface, borderWidth: 1 },
      labelLayout: { hideOverlap: true },
      data: landmarks.map((landmark) => {
        const side = landmark.value[0] > middle ? "left" : "right";
        return { ...landmark, label: { ...labelled(colours, landmark.name, side), color: colours.muted, fontSize: 11 } };
      }),
    },
  ];
}

/** The present run's path: a ring where it began, a filled dot where it is. */
function path(colours, points) {
  const moved = points.length > 1;
  const label = (formatter, position) => labelled(colours, formatter, position);
  return [
    {
      id: "path",
      type: "line",
      symbol: "circle",
      symbolSize: 7,
      z: 4,
      lineStyle: { color: colours.path, width: 2 },
      itemStyle: { color: colours.path },
      data: points,
    },
    {
      id: "start",
      type: "scatter",
      symbolSize: 13,
      z: 5,
      itemStyle: { color: colours.surface, borderColor: colours.path, borderWidth: 2.5 },
      label: label(word("point-before"), "right"),
      labelLayout: { hideOverlap: true },
      data: points.slice(0, 1),
    },
    {
      id: "now",
      type: "scatter",
      symbolSize: 17,
      z: 6,
      itemStyle: { color: colours.path, borderColor: colours.surface, borderWidth: 3 },
      label: label(({ data }) => `${word("point-step")} ${data.step}`, "bottom"),
      data: moved ? points.slice(-1) : [],
    },
  ];
}

function pathBeside(colours, id, name, colour, points) {
  const { color, type } = look(colours, colour);
  return [
    {
      id: `beside-${id}`,
      type: "line",
      symbol: "circle",
      symbolSize: 4,
      z: 2,
      lineStyle: { color, width: 1.5, type },
      itemStyle: { color },
      data: points,
    },
    {
      id: `beside-end-${id}`,
      type: "scatter",
      symbolSize: 11,
      z: 3,
      itemStyle: { color, borderColor: colours.surface, borderWidth: 2 },
      label: labelled(colours, name, "right"),
      labelLayout: { hideOverlap: true },
      data: points.slice(-1),
    },
  ];
}

function labelled(colours, formatter, position) {
  // As a function: in a string, ECharts would replace braces.
  const words = typeof formatter === "string" ? () => formatter : formatter;
  return {
    show: true,
    formatter: words,
    position,
    color: colours.ink,
    fontFamily: colours.font,
    fontSize: 12,
    width: 160,
    overflow: "truncate",
  };
}

function pointsOf(history, run) {
  return history.evaluations
    .filter((known) => !Number.isNaN(known.alignment) && !Number.isNaN(known.uniformity))
    .map(({ step, spearman, alignment, uniformity }) => ({ value: [uniformity, alignment], step, spearman, run }));
}

/** Axis limits around values; a round range where there are none. */
function extent(values) {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const half = (Math.max(high - low, LEAST_EXTENT) * (1 + 2 * MARGIN)) / 2;
  const middle = (low + high) / 2;
  const round = (value) => Number(value.toFixed(3));
  return [round(middle - half), round(middle + half)];
}
