// The map: sentences as points of a plane, close together where the encoder finds them similar.

import { View, axis, escaped, tooltip } from "./chart.js";
import { motionAllowed } from "./theme.js";

/** Most points that are labelled: more labels would cover each other. */
const MAX_LABELLED = 60;
/** Most characters of a label. */
const LABEL_LENGTH = 30;

/** Pixels: width of a letter and of an ideograph, rounded up; height of a label; space around a point. */
const LETTER = 6.6;
const IDEOGRAPH = 12;
const LINE = 15;
const POINT = 8;

const shortened = (text) => (text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH)}…` : text);
const width = (text) => [...text].reduce((sum, mark) => sum + (mark.charCodeAt(0) < 0x2e80 ? LETTER : IDEOGRAPH), 0);

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

  /** For each point, the side where its label overlaps least with points, earlier labels and the outside. */
  sides(positions, labels) {
    const place = (column, length) => {
      const values = positions.map((point) => point[column]);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return values.map((value) => 24 + ((value - low) / (high - low || 1)) * (length - 48));
    };
    const [wide, tall] = [this.element.clientWidth, this.element.clientHeight];
    const [lefts, bottoms] = [place(0, wide), place(1, tall)];
    const taken = positions.map((_, index) => {
      const [x, y] = [lefts[index], tall - bottoms[index]];
      return { left: x - POINT, right: x + POINT, top: y - POINT, bottom: y + POINT };
    });
    return labels.map((label, index) => {
      const point = taken[index];
      const [x, y, half] = [lefts[index], tall - bottoms[index], width(label) / 2];
      const beside = { top: y - LINE / 2, bottom: y + LINE / 2 };
      const across = { left: x - half, right: x + half };
      const rectangles = {
        right: { ...beside, left: point.right, right: point.right + 2 * half },
        left: { ...beside, left: point.left - 2 * half, right: point.left },
        top: { ...across, top: point.top - LINE, bottom: point.top },
        bottom: { ...across, top: point.bottom, bottom: point.bottom + LINE },
      };
      const cost = (rectangle) => {
        const area = 2 * half * LINE;
        const outside = area - overlap(rectangle, { left: 0, top: 0, right: wide, bottom: tall });
        return taken.reduce((sum, other) => sum + overlap(rectangle, other), outside);
      };
      const [side, rectangle] = Object.entries(rectangles).sort(([, one], [, other]) => cost(one) - cost(other))[0];
      taken.push(rectangle);
      return side;
    });
  }

  data(colours) {
    const { positions, sentences } = this.content;
    const few = positions.length <= MAX_LABELLED;
    const sides = few ? this.sides(positions, sentences.map(shortened)) : [];
    return {
      series: [
        {
          id: "sentences",
          type: "scatter",
          symbolSize: few ? 11 : positions.length > 500 ? 5 : 7,
          itemStyle: { color: colours.path, opacity: few ? 0.9 : 0.6 },
          label: {
            show: few,
            formatter: ({ data }) => shortened(data.sentence),
            color: colours.ink,
            fontFamily: colours.font,
            fontSize: 12,
          },
          labelLayout: { hideOverlap: true },
          data: positions.map((value, index) => ({
            value,
            sentence: sentences[index],
            label: { position: sides[index] },
          })),
        },
      ],
    };
  }
}

/** Overlap of two rectangles, square pixels. */
function overlap(one, other) {
  const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return across > 0 && down > 0 ? across * down : 0;
}

/** `positions` with axes flipped where that brings them nearer to `before`: the sign of an axis is arbitrary. */
export function turnedLike(before, positions) {
  if (before.length !== positions.length) return positions;
  const signs = [0, 1].map((column) => {
    const product = positions.reduce((sum, point, index) => sum + point[column] * before[index][column], 0);
    return product < 0 ? -1 : 1;
  });
  return positions.map((point) => point.map((value, column) => signs[column] * value));
}
