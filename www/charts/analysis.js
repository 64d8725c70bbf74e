// The charts behind an evaluation, for the loaded and the trained weights: singular values, and cosines by gold score.

import { View, axis, legend, short, tooltip } from "./chart.js";
import { INTERVAL, cosineTooltip, percentSteps } from "./cosines.js";
import { word } from "./words.js";

/** Singular values below this share of the largest are left out: they are rounding errors of the engine. */
const SMALLEST_SHARE = 1e-5;

/** Pixels between the rows of cosines, and above and below them all. */
const ROW_GAP = 10;
const TOP = 34;
const BOTTOM = 46;

function line(colours, state) {
  const colour = state.trained ? colours.trained : colours.base;
  return {
    type: "line",
    name: state.name,
    showSymbol: false,
    lineStyle: { color: colour, width: 2, type: state.trained ? "solid" : [5, 3] },
    itemStyle: { color: colour },
  };
}

export class SpectrumView extends View {
  frame(colours) {
    const plain = axis(colours, "");
    return {
      animation: false,
      grid: { left: 62, right: 18, top: TOP, bottom: BOTTOM },
      legend: legend(colours),
      tooltip: tooltip(colours, { trigger: "axis", valueFormatter: short }),
      xAxis: axis(colours, word("axis-rank"), {
        min: 1,
        minInterval: 1,
        splitLine: { show: false },
        axisPointer: { label: { formatter: ({ value }) => `${word("axis-rank")} ${Math.round(value)}` } },
      }),
      yAxis: axis(colours, word("axis-share"), {
        type: "log",
        max: 1,
        nameGap: 46,
        axisLabel: { ...plain.axisLabel, formatter: short },
      }),
    };
  }

  data(colours) {
    const lines = this.content.states.map(({ singularValues }) =>
      singularValues
        .map((value, index) => [index + 1, value / singularValues[0]])
        .filter(([, share]) => share > SMALLEST_SHARE),
    );
    const ranks = lines.map((points) => points.length);
    return {
      xAxis: { max: Math.max(2, ...ranks) },
      series: this.content.states.map((state, index) => ({ ...line(colours, state), data: lines[index] })),
    };
  }
}

/** A row of axes for each group of gold scores, the highest on top, all on one scale. */
export class CosinesView extends View {
  frame(colours) {
    const rows = this.rows();
    const height = (this.element.clientHeight - TOP - BOTTOM + ROW_GAP) / rows.length;
    const plain = axis(colours, "");
    const last = rows.length - 1;
    return {
      animation: false,
      legend: legend(colours),
      grid: rows.map((_, row) => ({ left: 62, right: 18, top: TOP + row * height, height: height - ROW_GAP })),
      tooltip: cosineTooltip(colours),
      xAxis: rows.map((_, row) =>
        axis(colours, row === last ? word("axis-cosine") : "", {
          gridIndex: row,
          max: 1,
          axisTick: { show: row === last },
          axisLabel: { ...plain.axisLabel, show: row === last },
          splitLine: { show: false },
        }),
      ),
      yAxis: rows.map(({ gold, pairs }, row) =>
        axis(colours, `${gold[0]}–${gold[1]}\n${pairs} ${word("axis-pairs")}`, {
          gridIndex: row,
          min: 0,
          nameGap: 8,
          nameRotate: 0,
          nameTextStyle: { ...plain.nameTextStyle, align: "right", fontSize: 11, lineHeight: 14 },
          // At the left edge, also where cosines fall below 0.
          axisLine: { ...plain.axisLine, onZero: false },
          axisLabel: { show: false },
          axisTick: { show: false },
          splitLine: { show: false },
        }),
      ),
    };
  }

  data(colours) {
    const rows = this.rows();
    const lines = this.content.states.map(({ histogram }) => [...histogram].reverse().map(({ counts, pairs }) => percentSteps(counts, pairs)));
    const points = lines.flat(2);
    // The first interval that is filled, rounded down to a multiple of 0.2.
    const filled = points.filter(([, share]) => share > 0).map(([cosine]) => cosine);
    const low = Math.max(-1, Math.floor(Math.min(0.6, ...filled) * 5 + 1e-9) / 5);
    const high = Math.max(1, ...points.map(([, share]) => share));
    return {
      xAxis: rows.map(() => ({ min: low })),
      yAxis: rows.map(() => ({ max: high })),
      series: this.content.states.flatMap((state, index) =>
        rows.map((_, row) => ({
          ...line(colours, state),
          xAxisIndex: row,
          yAxisIndex: row,
          step: "end",
          areaStyle: { opacity: state.trained ? 0.25 : 0.12 },
          data: lines[index][row].filter(([cosine]) => cosine > low - INTERVAL / 2),
        })),
      ),
    };
  }

  rows() {
    return [...(this.content.states[0]?.histogram ?? [])].reverse();
  }
}
