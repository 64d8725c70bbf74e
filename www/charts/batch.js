// The similarity matrix of a batch: as an image with a cell for each cosine, and as a histogram.

import { View, axis, legend, short } from "./chart.js";
import { INTERVAL, cosineTooltip, percentSteps } from "./cosines.js";
import { pngOf } from "./png.js";
import { theme } from "./theme.js";
import { word } from "./words.js";

/** Kinds of candidates: positives, negatives, hard negatives. */
const KINDS = 3;
/** Pixels along the longer side of the exported matrix, about. */
const PICTURE = 2048;

const channels = (colour) => [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16));

/** The page's colour ramp at a share from 0 to 1, as red, green, blue. */
function ramp(colours, share) {
  const [from, to] = share < 0.5 ? [colours[0], colours[1]] : [colours[1], colours[2]];
  const part = share < 0.5 ? share * 2 : share * 2 - 1;
  return from.map((low, channel) => low + (to[channel] - low) * part);
}

/** Drawn without ECharts, which takes seconds for the half million cells of a large batch. */
export class BatchMatrixView {
  constructor(element, content) {
    this.element = element;
    this.content = content;
    this.shows = "batch";
    this.resized = false;
  }

  draw() {
    const { rows, columns, values, hard } = this.content;
    if (this.canvas === undefined) {
      this.canvas = document.createElement("canvas");
      this.element.append(this.canvas);
      this.canvas.addEventListener("mousemove", (event) => this.name(event));
    }
    this.resized = false;
    if (rows === 0) return;
    const colours = theme().heat.map(channels);
    Object.assign(this.canvas, { width: columns, height: rows });
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    values.forEach((cosine, index) => {
      // A candidate that is left out stays transparent.
      if (Number.isNaN(cosine)) return;
      image.data.set(ramp(colours, Math.min(1, Math.max(0, cosine))), 4 * index);
      image.data[4 * index + 3] = 255;
    });
    context.putImageData(image, 0, 0);
    // The largest square cells that fit.
    const cell = Math.min(this.element.clientWidth / columns, this.element.clientHeight / rows);
    this.canvas.style.width = `${cell * columns}px`;
    this.canvas.style.height = `${cell * rows}px`;
    this.element.style.setProperty("--hard", hard < columns ? `${cell * hard}px` : "-10px");
    this.element.style.setProperty("--tall", `${cell * rows}px`);
  }

  /** The matrix as a PNG on the page's background, about PICTURE pixels large. */
  image() {
    this.draw();
    const { rows, columns, hard } = this.content;
    const cell = Math.max(1, Math.round(PICTURE / Math.max(rows, columns)));
    const colours = theme();
    const picture = document.createElement("canvas");
    Object.assign(picture, { width: cell * columns, height: cell * rows });
    const context = picture.getContext("2d");
    context.fillStyle = colours.surface;
    context.fillRect(0, 0, picture.width, picture.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.canvas, 0, 0, picture.width, picture.height);
    if (hard < columns) {
      context.fillStyle = colours.ink;
      context.fillRect(cell * hard - 1, 0, 2, picture.height);
    }
    return pngOf(picture);
  }

  /** Names the cell under the pointer in the canvas' title. */
  name(event) {
    const { rows, columns, values } = this.content;
    const row = Math.floor((event.offsetY / this.canvas.clientHeight) * rows);
    const column = Math.floor((event.offsetX / this.canvas.clientWidth) * columns);
    this.canvas.title = `${row + 1}, ${column + 1}: ${short(values[row * columns + column])}`;
  }

  discard() {
    this.canvas?.remove();
    this.canvas = undefined;
  }
}

export class BatchHistogramView extends View {
  constructor(element, content) {
    super(element, content, "batch");
  }

  frame(colours) {
    return {
      animation: false,
      grid: { left: 62, right: 18, top: 34, bottom: 46 },
      legend: legend(colours),
      tooltip: cosineTooltip(colours),
      xAxis: axis(colours, word("axis-cosine"), { max: 1, splitLine: { show: false } }),
      yAxis: axis(colours, word("axis-per-cent"), { nameGap: 46, min: 0 }),
    };
  }

  data(colours) {
    const { columns, hard, counts } = this.content;
    const kinds = [
      ["series-positives", colours.trained, "solid"],
      ["series-negatives", colours.base, [5, 3]],
      ...(hard < columns ? [["series-hard", colours.alignment, "dotted"]] : []),
    ];
    const intervals = counts.length / KINDS;
    const of = (kind) => counts.slice(kind * intervals, (kind + 1) * intervals);
    const lowest = kinds.map((_, kind) => of(kind).findIndex((count) => count > 0)).filter((index) => index >= 0);
    const low = Math.min(0, Math.floor((Math.min(intervals, ...lowest) * INTERVAL - 1) * 5 + 1e-9) / 5);
    return {
      xAxis: { min: low },
      series: kinds.map(([name, colour, type], kind) => {
        const total = of(kind).reduce((sum, count) => sum + count, 0);
        return {
          id: name,
          name: word(name),
          type: "line",
          step: "end",
          showSymbol: false,
          lineStyle: { color: colour, width: 2, type },
          itemStyle: { color: colour },
          areaStyle: { opacity: 0.15 },
          data: percentSteps(of(kind), total).filter(([cosine]) => cosine > low - INTERVAL / 2),
        };
      }),
    };
  }
}
