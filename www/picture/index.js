// The entry point of the picture, a bundle without the charts' library: it is there before that has come.
// src/app/ui/parts/drawing.rs calls the function and then the methods of what it returns.

import { onThemeChange } from "../charts/theme.js";
import { speak } from "../charts/words.js";
import { PictureView, filmOf } from "./view.js";

/** Draws into `places`: an element under the name picture. Its worker, picture_worker.js, lies beside this bundle. */
export function mountPicture(places) {
  let told = () => {};
  const view = new PictureView(places.picture, (...figures) => told(...figures));
  const worker = new Worker(new URL("picture_worker.js", import.meta.url), { type: "module" });
  let afresh = true;
  // Frames are numbered: those asked for before the sentences changed are dropped.
  let asked = 0;
  let wanted = 0;
  worker.onmessage = ({ data }) => {
    if (data.number >= wanted) view.add(data);
  };
  onThemeChange(() => view.schedule());

  return {
    speak,
    /** Both JSON: `{ text, group }` of each sentence, and the groups' names. */
    show(sentences, names) {
      afresh = true;
      wanted = asked;
      view.show(JSON.parse(sentences), JSON.parse(names));
    },
    begin: () => view.begin(),
    /** `values`: vectors of length 1, [sentences × hidden], row by row. */
    frame(step, hidden, values) {
      worker.postMessage({ number: asked, step, hidden, values, afresh }, [values.buffer]);
      asked += 1;
      afresh = false;
    },
    seek: (index) => view.seek(index),
    play: () => view.play(),
    film: (progress) => filmOf(view, progress),
    onFrame(listener) {
      told = listener;
      view.report();
    },
    image: () => view.image(),
  };
}
