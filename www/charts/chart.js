// ECharts with only the parts that are used, and what all charts share.

import { LineChart, ScatterChart } from "echarts/charts";
import {
  AxisPointerComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from "echarts/components";
import { LabelLayout } from "echarts/features";
import { connect, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { pngOf } from "./png.js";
import { theme } from "./theme.js";

use([
  LineChart,
  ScatterChart,
  AxisPointerComponent,
  DataZoomInsideComponent,
  GridComponent,
  LabelLayout,
  LegendComponent,
  TooltipComponent,
  CanvasRenderer,
]);

/** Least width of an exported chart, pixels. */
const LEAST_WIDTH = 1200;

/** The group of charts over steps, whose pointers move together. */
const STEPS_GROUP = "steps";

/** A chart in an element: made when first drawn, and made again when the colours change. */
export class View {
  constructor(element, content, shows) {
    this.element = element;
    this.content = content;
    /** The part of its content whose changes it draws. */
    this.shows = shows;
    this.resized = false;
    this.chart = undefined;
    /** Parts of the chart's options that every drawing replaces as a whole. */
    this.replaced = [];
  }

  draw() {
    if (this.chart === undefined) {
      this.theme = theme();
      this.chart = init(this.element, undefined, { renderer: "canvas" });
      if (this.linked) {
        this.chart.group = STEPS_GROUP;
        connect(STEPS_GROUP);
      }
      // Drawn with the data, once.
      this.chart.setOption(this.frame(this.theme), { lazyUpdate: true });
    } else if (this.resized) {
      this.chart.resize();
    }
    this.resized = false;
    this.chart.setOption(this.data(this.theme), { lazyUpdate: false, replaceMerge: this.replaced });
  }

  /** The chart as a PNG, with at least two pixels per CSS pixel; undefined where the browser makes none. */
  image() {
    this.draw();
    const pixelRatio = Math.max(2, LEAST_WIDTH / Math.max(1, this.element.clientWidth));
    const canvas = this.chart.renderToCanvas({ pixelRatio, backgroundColor: this.theme.surface });
    return pngOf(canvas);
  }

  discard() {
    this.chart?.dispose();
    this.chart = undefined;
  }
}

export function axis(colours, name, more = {}) {
  return {
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 30,
    nameTextStyle: { color: colours.muted, fontFamily: colours.font, fontSize: 12 },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.muted, fontFamily: colours.font, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line, opacity: 0.6 } },
    ...more,
  };
}

export function legend(colours) {
  return {
    top: 0,
    left: "center",
    itemWidth: 18,
    itemHeight: 8,
    textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12 },
  };
}

export function tooltip(colours, more = {}) {
  return {
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12 },
    confine: true,
    ...more,
  };
}

/** A visitor's text, escaped for a tooltip, which is HTML. */
export const escaped = (text) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** At most four significant digits; exponential notation below 0.001. */
export function short(value) {
  if (value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
