// Values over steps.

import { View, axis, legend, short, tooltip } from "./chart.js";
import { motionAllowed } from "./theme.js";
import { word } from "./words.js";

export class LineView extends View {
  constructor(element, history, description) {
    super(element, history, description.shows);
    this.description = description;
    this.linked = true;
  }

  frame(colours) {
    const { axes, fromZero, series } = this.description;
    const two = axes.length === 2;
    return {
      animation: false,
      grid: { left: 62, right: two ? 62 : 18, top: series.length > 1 ? 34 : 14, bottom: 44 },
      legend: { ...legend(colours), show: series.length > 1 },
      tooltip: tooltip(colours, { trigger: "axis", valueFormatter: short }),
      xAxis: axis(colours, word("axis-step"), {
        min: 0,
        minInterval: 1,
        splitLine: { show: false },
        axisPointer: { label: { formatter: ({ value }) => `${word("axis-step")} ${Math.round(value)}` } },
      }),
      yAxis: axes.map((name, index) =>
        axis(colours, word(name), {
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
    const { series } = this.description;
    return {
      animation: motionAllowed() && this.shows === "evaluations",
      animationDurationUpdate: 200,
      xAxis: { max: this.history.total || 10 },
      series: series.map((line) => ({
        type: "line",
        name: word(line.name),
        yAxisIndex: line.axis ?? 0,
        data: line.values(this.history),
        showSymbol: line.points ?? false,
        symbolSize: 6,
        lineStyle: {
          color: colours[line.colour],
          width: line.faint ? 1 : 2,
          opacity: line.faint ? 0.4 : 1,
          type: line.dashed ? "dashed" : "solid",
        },
        itemStyle: { color: colours[line.colour], opacity: line.faint ? 0.4 : 1 },
      })),
    };
  }
}
