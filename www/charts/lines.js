// Line charts of values over steps.

import { View, axis, legend, short, tooltip } from "./chart.js";
import { smoothed, thinned, within } from "./history.js";
import { look } from "./runs.js";
import { motionAllowed } from "./theme.js";
import { word } from "./words.js";

/** Most letters of a run's name in a legend; the list of runs shows all of it. */
const MAX_LETTERS = 28;

const shortened = (name) => (name.length > MAX_LETTERS ? `${name.slice(0, MAX_LETTERS - 1)}…` : name);

export class LineView extends View {
  constructor(element, runs, description) {
    super(element, runs, description.shows);
    this.description = description;
    this.linked = true;
    this.replaced = ["series"];
    this.margins = { left: 62, right: description.axes.length === 2 ? 62 : 18, top: 34, bottom: 44 };
  }

  frame(colours) {
    const { axes, fromZero, log } = this.description;
    return {
      animation: false,
      grid: this.margins,
      legend: { ...legend(colours), type: "scroll", formatter: shortened },
      tooltip: tooltip(colours, { trigger: "axis", valueFormatter: short }),
      xAxis: axis(colours, word("axis-step"), {
        minInterval: 1,
        splitLine: { show: false },
        axisPointer: { label: { formatter: ({ value }) => `${word("axis-step")} ${Math.round(value)}` } },
      }),
      yAxis: axes.map((name, index) =>
        axis(colours, word(name), {
          type: log && this.content.log ? "log" : "value",
          scale: !fromZero,
          nameGap: 46,
          splitNumber: 4,
          position: index === 0 ? "left" : "right",
          splitLine: index === 0 ? axis(colours, name).splitLine : { show: false },
          axisLabel: { ...axis(colours, name).axisLabel, formatter: short },
        }),
      ),
    };
  }

  data(colours) {
    const runs = this.content;
    const [from, to] = runs.range ?? [0, runs.total];
    const series = this.description.series.flatMap((line) => [
      ...runs.beside.map((run) => this.lineBeside(line, run, colours)),
      ...this.lines(line, colours),
    ]);
    const named = new Set(series.map(({ name }) => name));
    return {
      animation: motionAllowed() && this.shows === "evaluations",
      animationDurationUpdate: 200,
      grid: { top: named.size > 1 ? this.margins.top : 14 },
      legend: { show: named.size > 1 },
      xAxis: { min: from, max: to },
      series,
    };
  }

  /** The present run's lines; where smoothed, the values themselves are drawn faintly behind. */
  lines(line, colours) {
    const { description, content: runs } = this;
    const several = runs.beside.length > 0;
    const values = line.values(runs.present);
    const smooth = line.smooth === true && runs.smoothing > 0;
    const own = several && description.series.length === 1 ? "run-this" : line.name;
    const series = (id, name, points, faint) => ({
      id: `${id}-${line.name}`,
      type: "line",
      name: word(name),
      yAxisIndex: line.axis ?? 0,
      data: this.shown(points),
      showSymbol: line.points ?? false,
      symbolSize: 6,
      z: faint ? 2 : 4,
      lineStyle: {
        color: colours[line.colour],
        width: faint ? 1 : 2.5,
        opacity: faint ? 0.4 : 1,
        type: line.dashed ? "dashed" : "solid",
      },
      itemStyle: { color: colours[line.colour], opacity: faint ? 0.4 : 1 },
    });
    if (!smooth) return [series("run", own, values, false)];
    const mean = several ? "run-this" : "series-smoothed";
    return [series("each", "series-each", values, true), series("run", mean, smoothed(values, runs.smoothing), false)];
  }

  lineBeside(line, { id, name, colour, history }, colours) {
    const values = line.values(history);
    const points = line.smooth === true ? smoothed(values, this.content.smoothing) : values;
    const { color, type } = look(colours, colour);
    return {
      id: `beside-${id}-${line.name}`,
      type: "line",
      name,
      yAxisIndex: line.axis ?? 0,
      data: this.shown(points),
      showSymbol: false,
      z: 3,
      lineStyle: { color, width: 1.5, type: line.dashed ? "dashed" : type },
      itemStyle: { color },
    };
  }

  /** The points of a line that are drawn. */
  shown(points) {
    const { log } = this.description;
    const cut = within(points, this.content.range);
    return thinned(log && this.content.log ? cut.filter((point) => point[1] > 0) : cut);
  }
}
