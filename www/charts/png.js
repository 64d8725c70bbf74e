// Pictures of what is drawn.

/** A canvas as a PNG; undefined where the browser makes none. */
export const pngOf = (canvas) =>
  new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/png"));
