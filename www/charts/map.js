// Sentences as points of a plane: near each other where the encoder finds them alike.

import { View, axis, tooltip } from "./chart.js";
import { motionAllowed } from "./theme.js";

/** More labels would cover each other. */
const MOST_LABELLED = 60;
/** Labels of so few can be pushed apart. */
const MOST_PUSHED = 30;
/** Characters of a label. */
const LABEL_LENGTH = 30;

const escaped = (text) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);

export class MapView extends View {
  constructor(element, layout) {
    super(element, layout, "map");
  }

  frame(colours) {
    const bare = axis(colours, "", {
      scale: true,
      axisLabel: { show: false },
      axisTick: { show: false },
      axisLine: { show: false },
      splitLine: { show: false },
    });
    return {
      animation: motionAllowed(),
      animationDurationUpdate: 700,
      grid: { left: 24, right: 24, top: 20, bottom: 20 },
      tooltip: tooltip(colours, {
        trigger: "item",
        formatter: ({ data }) => escaped(data.sentence),
        extraCssText: "max-width: 26rem; white-space: normal;",
      }),
      xAxis: bare,
      yAxis: bare,
      dataZoom: [
        { type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
        { type: "inside", yAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
      ],
    };
  }

  data(colours) {
    const { positions, sentences } = this.history;
    const few = positions.length <= MOST_LABELLED;
    const shortened = (text) => (text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH)}…` : text);
    return {
      series: [
        {
          id: "sentences",
          type: "scatter",
          symbolSize: few ? 11 : positions.length > 500 ? 5 : 7,
          itemStyle: { color: colours.path, opacity: few ? 0.9 : 0.6 },
          label: {
            show: few,
            position: "right",
            formatter: ({ data }) => shortened(data.sentence),
            color: colours.ink,
            fontFamily: colours.font,
            fontSize: 12,
          },
          labelLayout: ({ rect, labelRect }) => ({
            // Pushed apart where there are few, else some are left out.
            hideOverlap: positions.length > MOST_PUSHED,
            moveOverlap: positions.length > MOST_PUSHED ? undefined : "shiftY",
            // Inside the frame, to the left of the point where there is no room on its right.
            ...(labelRect.x + labelRect.width > this.element.clientWidth - 8 && {
              x: rect.x - 4 - labelRect.width,
            }),
          }),
          data: positions.map((value, index) => ({ value, sentence: sentences[index] })),
        },
      ],
    };
  }
}

/** Axes of `positions` turned over where they then lie nearer to those of `before`: neither side of an axis is up. */
export function turnedLike(before, positions) {
  if (before.length !== positions.length) return positions;
  const signs = [0, 1].map((column) => {
    const product = positions.reduce((sum, point, index) => sum + point[column] * before[index][column], 0);
    return product < 0 ? -1 : 1;
  });
  return positions.map((point) => point.map((value, column) => signs[column] * value));
}
