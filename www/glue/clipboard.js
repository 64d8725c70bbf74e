// Copies charts to the clipboard as images.

/**
 * Puts the chart `name` of `charts` on the clipboard as a PNG. The promise itself is handed over: Safari requires that
 * the clipboard is written during the press of the button.
 */
export function copyImage(charts, name) {
  return navigator.clipboard.write([new ClipboardItem({ "image/png": charts.image(name) })]);
}
