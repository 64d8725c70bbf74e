// Zooming by drawing a box with mouse or pen; a double click shows everything again. Fingers scroll the page.

/** A shorter drag is a click, pixels. */
const LEAST = 8;

/**
 * `onZoom` gets the box as [[x from, x to], [y from, y to]] in the axes' units, or nothing for everything. With `tall`
 * the box always has the chart's height.
 */
export function boxZoom(view, { tall, onZoom }) {
  const { element } = view;
  let begin;
  let box;

  const place = (event) => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const clamp = ([x, y]) => {
    const { left, right, top, bottom } = view.margins;
    const within = (value, low, high) => Math.min(Math.max(value, low), high);
    return [within(x, left, element.clientWidth - right), within(y, top, element.clientHeight - bottom)];
  };
  const corners = (event) => {
    const [from, to] = [clamp(begin), clamp(place(event))];
    return [0, 1].map((axis) => [Math.min(from[axis], to[axis]), Math.max(from[axis], to[axis])]);
  };
  const end = () => {
    box?.remove();
    [box, begin] = [undefined, undefined];
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0 || view.chart === undefined) return;
    begin = place(event);
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (begin === undefined || view.chart === undefined) return;
    const [[left, right], [top, bottom]] = corners(event);
    if (box === undefined && right - left < LEAST) return;
    if (box === undefined) {
      box = document.createElement("div");
      box.className = "zoom-box";
      element.append(box);
    }
    const height = element.clientHeight;
    box.style.left = `${left}px`;
    box.style.width = `${right - left}px`;
    box.style.top = tall ? "0" : `${top}px`;
    box.style.height = tall ? `${height}px` : `${bottom - top}px`;
  });
  element.addEventListener("pointerup", (event) => {
    if (box !== undefined && view.chart !== undefined) {
      const [x, y] = corners(event);
      const [low, high] = [0, 1].map((side) => view.chart.convertFromPixel({ gridIndex: 0 }, [x[side], y[1 - side]]));
      const flat = !tall && y[1] - y[0] < LEAST;
      if (x[1] - x[0] >= LEAST && !flat) onZoom([[low[0], high[0]], [low[1], high[1]]]);
    }
    end();
  });
  element.addEventListener("pointercancel", end);
  element.addEventListener("dblclick", () => onZoom());
}
