// Lays points of many dimensions out in two, off the page's thread: principal components, or UMAP (McInnes, Healy and
// Melville, arXiv 1802.03426).

import { PCA } from "ml-pca";
import { UMAP } from "umap-js";

/** Neighbours that UMAP keeps together, as its paper's examples do. */
const NEIGHBOURS = 15;

/** xorshift with a fixed seed, so that the same points always get the same layout. */
function randomNumbers() {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function components(rows) {
  const pca = new PCA(rows, { method: "covarianceMatrix", center: true, scale: false });
  const positions = pca.predict(rows, { nComponents: 2 }).to2DArray();
  // Two points span one direction only.
  return { positions: positions.map(([x, y = 0]) => [x, y]), explained: pca.getExplainedVariance().slice(0, 2) };
}

function umap(rows, report) {
  const nNeighbors = Math.min(NEIGHBOURS, rows.length - 1);
  const layout = new UMAP({ nNeighbors, nComponents: 2, minDist: 0.1, random: randomNumbers() });
  const epochs = layout.initializeFit(rows);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    layout.step();
    if (epoch % 20 === 0) report(epoch / epochs);
  }
  return { positions: layout.getEmbedding(), explained: [] };
}

onmessage = ({ data: { values, hidden, method } }) => {
  const rows = [];
  for (let begin = 0; begin < values.length; begin += hidden) rows.push(values.subarray(begin, begin + hidden));
  try {
    const layout =
      method === "umap"
        ? umap(rows, (progress) => postMessage({ progress }))
        : components(rows.map((row) => Array.from(row)));
    postMessage({ layout });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
