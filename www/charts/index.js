// The entry points of the charts: of a run, an analysis and a batch, and the map of sentences.
// src/app/ui/parts/drawing.rs calls one of these functions and then the methods of what it returns.

import { CosinesView, SpectrumView } from "./analysis.js";
import { BatchHistogramView, BatchMatrixView } from "./batch.js";
import { LineView } from "./lines.js";
import { PlaneView } from "./plane.js";
import { MapView, turnedLike } from "./map.js";
import { onThemeChange } from "./theme.js";
import { FramePainter } from "./painter.js";
import { Runs } from "./runs.js";
import { lossView, normView, qualityView, rateView, spearmanView } from "./views.js";
import { speak } from "./words.js";
import { boxZoom } from "./zoom.js";

/** Draws into `places`: elements under the names plane, loss, spearman, quality, norm and rate. */
export function mount(places) {
  const runs = new Runs();
  const views = {
    plane: new PlaneView(places.plane, runs),
    loss: new LineView(places.loss, runs, lossView),
    spearman: new LineView(places.spearman, runs, spearmanView),
    quality: new LineView(places.quality, runs, qualityView),
    norm: new LineView(places.norm, runs, normView),
    rate: new LineView(places.rate, runs, rateView),
  };
  const painter = new FramePainter(Object.values(views));
  onThemeChange(() => painter.restyle());
  let zoomed = () => {};
  for (const view of Object.values(views)) {
    const plane = view === views.plane;
    const onZoom = (box) => {
      if (!plane) return zoomed(box?.[0][0], box?.[0][1]);
      runs.area = box;
      painter.invalidate("evaluations");
    };
    boxZoom(view, { tall: !plane, onZoom });
  }

  return {
    speak(words) {
      speak(words);
      painter.restyle();
    },
    start(total) {
      runs.present.start(total);
      runs.area = undefined;
      painter.invalidate();
    },
    steps(values) {
      for (let i = 0; i < values.length; i += 4) runs.present.step(...values.slice(i, i + 4));
      painter.invalidate("steps");
    },
    evaluated(step, spearman, alignment, uniformity) {
      runs.present.evaluated({ step, spearman, alignment, uniformity });
      painter.invalidate("evaluations");
    },
    /** `known`: JSON, for the loaded pairs. */
    landmarks(known) {
      runs.landmarks = JSON.parse(known);
      painter.invalidate("evaluations");
    },
    compare(others) {
      runs.compare(others);
      painter.invalidate();
    },
    /** `from` and `to` undefined: all steps. */
    look(smoothing, log, paper, from, to) {
      const axes = log !== runs.log;
      if (paper !== runs.paper) runs.area = undefined;
      Object.assign(runs, { smoothing, log, paper, range: from === undefined ? undefined : [from, to] });
      if (axes) painter.restyle();
      else painter.invalidate();
    },
    /** `listener` gets the first and the last step of the zoomed range, or nothing for all steps. */
    onZoom(listener) {
      zoomed = listener;
    },
    image: (name) => views[name].image(),
  };
}

/** Draws into `places`: elements under the names spectrum and cosines. */
export function mountAnalysis(places) {
  const analysis = { states: [] };
  const views = {
    spectrum: new SpectrumView(places.spectrum, analysis),
    cosines: new CosinesView(places.cosines, analysis),
  };
  const painter = new FramePainter(Object.values(views));
  onThemeChange(() => painter.restyle());

  return {
    speak,
    show(states) {
      analysis.states = JSON.parse(states);
      // Made again, since the number of lines may differ.
      painter.restyle();
    },
    image: (name) => views[name].image(),
  };
}

/** Draws into `places`: elements under the names matrix and histogram. */
export function mountBatch(places) {
  const batch = { rows: 0, columns: 0, values: new Float32Array(), hard: 0, counts: [] };
  const views = {
    matrix: new BatchMatrixView(places.matrix, batch),
    histogram: new BatchHistogramView(places.histogram, batch),
  };
  const painter = new FramePainter(Object.values(views));
  onThemeChange(() => painter.restyle());

  return {
    speak(words) {
      speak(words);
      painter.restyle();
    },
    /**
     * Columns from `hard` on are hard negatives. `counts`: positives in each interval of cosines from −1 to 1, then
     * negatives, then hard negatives; copied, since it lies in WebAssembly's memory, which may move.
     */
    show(rows, columns, values, hard, counts) {
      Object.assign(batch, { rows, columns, values, hard, counts: [...counts] });
      painter.invalidate();
    },
    image: (name) => views[name].image(),
  };
}

/** Draws into `places`: an element under the name map. Its worker, map_worker.js, lies beside this bundle. */
export function mountMap(places) {
  const layout = { positions: [], sentences: [] };
  const view = new MapView(places.map, layout);
  const painter = new FramePainter([view]);
  onThemeChange(() => painter.restyle());
  let worker;

  return {
    /**
     * `values`: vectors [sentences × hidden], row by row; `sentences`: JSON. Calls `progress` with a share, then `done`
     * with the positions, x and y of each point in turn, and the shares of the variance that the axes explain, or
     * `failed` with a message.
     */
    show(values, hidden, sentences, method, progress, done, failed) {
      worker?.terminate();
      worker = new Worker(new URL("map_worker.js", import.meta.url), { type: "module" });
      worker.onerror = (event) => failed(event.message ?? "");
      worker.onmessage = ({ data }) => {
        if (data.progress !== undefined) return progress(data.progress);
        worker.terminate();
        if (data.error !== undefined) return failed(data.error);
        layout.positions = turnedLike(layout.positions, data.layout.positions);
        layout.sentences = JSON.parse(sentences);
        painter.invalidate();
        done(layout.positions.flat(), data.layout.explained);
      };
      worker.postMessage({ values, hidden, method }, [values.buffer]);
    },
    cancel() {
      worker?.terminate();
    },
    image: () => view.image(),
  };
}
