// Pictures on the clipboard.

/**
 * Puts the chart `name` of `charts` on the clipboard, a PNG. The promise itself is handed over: Safari wants the clipboard
 * asked while the button is still being pressed.
 */
export function copyImage(charts, name) {
  return navigator.clipboard.write([new ClipboardItem({ "image/png": charts.image(name) })]);
}
