// Computes the positions of the picture's sentences off the page's thread, each frame aligned with the one before.

import { directionsOf, followed, neighbours, placed, rowsOf, turnedLike } from "./geometry.js";

let before;

onmessage = ({ data: { number, values, hidden, step, afresh } }) => {
  const rows = rowsOf(values, hidden);
  if (afresh || before?.positions.length !== rows.length || before.directions.pole.length !== hidden) before = undefined;
  let directions = before ? followed(before.directions, rows) : directionsOf(rows);
  if (before) directions = turnedLike(before.positions, rows, directions);
  const positions = placed(rows, directions);
  before = { directions, positions };
  postMessage({ number, step, positions: positions.flat(), ...neighbours(rows) });
};
