// The picture: sentences on the sphere of their vectors, as training moves them. geometry.js computes their
// positions; here they are drawn, animated from frame to frame, rotated and labelled.

/*! gifenc 1.0.3, MIT License, Copyright (c) 2017 Matt DesLauriers */
import { GIFEncoder, applyPalette, quantize } from "gifenc";

import { pngOf } from "../charts/png.js";
import { motionAllowed, theme } from "../charts/theme.js";
import { word } from "../charts/words.js";

/** Most frames that are kept; beyond that, every other one is dropped. */
const MAX_FRAMES = 240;
/** Longest transition from a frame to the next, milliseconds. */
const WAY = 700;
/** Length of a replay, and the shortest time of a frame in it, milliseconds. */
const REPLAY = 6000;
const SHORTEST = 60;
/** Time of a frame in a replay without motion, milliseconds. */
const STANDING = 900;
/** The rotation at first, radians: the pole a little above the middle. */
const HELD = { yaw: 0, pitch: -0.35 };
/** Largest distance in pixels at which the pointer selects a point. */
const REACH = 16;
const LABEL_FONT = 12;

/** The film of a run: most pixels across, pictures in all and at most between two frames, milliseconds of each and of
 * the first and last one, colours. */
const FILM = { width: 720, pictures: 150, between: 12, time: 40, end: 2000, colours: 128 };

/** The grid: circles around the pole at these angles, degrees; number of meridians; segments of a circle. */
const CIRCLES = [30, 60, 90, 120, 150];
const MERIDIANS = 12;
const ARC = 48;

const radians = (degrees) => (degrees * Math.PI) / 180;
const eased = (share) => share * share * (3 - 2 * share);

const circles = CIRCLES.map((angle) =>
  Array.from({ length: ARC + 1 }, (_, index) => {
    const turn = (2 * Math.PI * index) / ARC;
    const [out, up] = [Math.sin(radians(angle)), Math.cos(radians(angle))];
    return [out * Math.cos(turn), out * Math.sin(turn), up];
  }),
);
const meridians = Array.from({ length: MERIDIANS }, (_, meridian) => {
  const turn = (2 * Math.PI * meridian) / MERIDIANS;
  return Array.from({ length: ARC / 2 + 1 }, (_, index) => {
    const angle = (Math.PI * index) / (ARC / 2);
    return [Math.sin(angle) * Math.cos(turn), Math.sin(angle) * Math.sin(turn), Math.cos(angle)];
  });
});

const edgeKey = (from, to) => (from < to ? `${from} ${to}` : `${to} ${from}`);

export class PictureView {
  /** `tell` is called with what `report` says of the shown frame. */
  constructor(element, tell) {
    this.element = element;
    this.tell = tell;
    this.canvas = document.createElement("canvas");
    this.tip = document.createElement("div");
    this.tip.className = "picture-tip";
    this.tip.hidden = true;
    element.append(this.canvas, this.tip);
    this.turn = { ...HELD };
    this.sentences = [];
    this.restart();
    this.listen();
    new ResizeObserver(() => this.schedule()).observe(element);
  }

  /** Forgets all frames, for other sentences or the vectors of another model. */
  restart() {
    this.frames = [];
    this.index = -1;
    this.following = true;
    this.points = [];
    this.edges = new Map();
    this.way = undefined;
    this.hovered = undefined;
    this.stop();
  }

  /** `sentences`: { text, group } each; `names`: of the groups. */
  show(sentences, names) {
    this.sentences = sentences;
    this.names = names;
    this.restart();
    this.schedule();
  }

  /** Another run begins: the last frame becomes its first. */
  begin() {
    this.frames = this.frames.slice(-1).map((frame) => ({ ...frame, step: 0 }));
    this.index = this.frames.length - 1;
    this.following = true;
    this.stop();
    this.report();
  }

  /** Adds a frame made by www/picture/worker.js. */
  add({ step, positions, count, nearest, cosines }) {
    if (positions.length !== 3 * this.sentences.length) return;
    const points = this.sentences.map((_, index) => positions.slice(3 * index, 3 * index + 3));
    // A run that went back to an earlier step replaces its later frames.
    this.frames = this.frames.filter((frame) => frame.step < step);
    this.frames.push({ step, points, count, nearest, cosines });
    if (this.frames.length > MAX_FRAMES) this.frames = this.frames.filter((_, index) => index === 0 || index % 2 === 0 || index === this.frames.length - 1);
    this.index = Math.min(this.index, this.frames.length - 1);
    if (this.following) this.goTo(this.frames.length - 1);
    else this.report();
  }

  /** Shows a frame; after the last one, new frames are followed. */
  seek(index) {
    this.stop();
    this.following = index >= this.frames.length - 1;
    this.goTo(Math.min(index, this.frames.length - 1));
  }

  /** Replays all frames from the first; stops a replay that is under way. */
  play() {
    if (this.playing !== undefined) {
      this.stop();
      this.report();
      return;
    }
    this.following = false;
    const pause = motionAllowed() ? Math.max(SHORTEST, REPLAY / Math.max(1, this.frames.length)) : STANDING;
    const next = (index) => {
      this.goTo(index, pause);
      if (index + 1 < this.frames.length) {
        this.playing = setTimeout(() => next(index + 1), pause);
      } else {
        this.playing = undefined;
        this.following = true;
      }
      this.report();
    };
    this.playing = setTimeout(() => next(0), 0);
  }

  stop() {
    clearTimeout(this.playing);
    this.playing = undefined;
  }

  goTo(index, pause = WAY) {
    const frame = this.frames[index];
    if (frame === undefined) return;
    this.index = index;
    const from = this.points.length === frame.points.length ? this.points : frame.points;
    const time = motionAllowed() && from !== frame.points ? Math.min(WAY, pause) : 0;
    this.way = { from, to: frame.points, began: performance.now(), time };
    this.connect(frame, time === 0 ? 1 : 0);
    this.report();
    this.schedule();
  }

  /** Fades in the lines to each nearest neighbour, from `strength` on; fades out all others. */
  connect(frame, strength) {
    const wanted = new Set();
    frame.points.forEach((_, point) => {
      if (frame.count > 0) wanted.add(edgeKey(point, frame.nearest[point * frame.count]));
    });
    for (const key of wanted) if (!this.edges.has(key)) this.edges.set(key, { strength });
    for (const [key, edge] of this.edges) edge.goal = wanted.has(key) ? 1 : 0;
  }

  /** Number of sentences whose nearest neighbour is in their own group. */
  agreeing(frame) {
    const group = (index) => this.sentences[index].group;
    return this.sentences.filter((_, index) => frame.count > 0 && group(frame.nearest[index * frame.count]) === group(index)).length;
  }

  report() {
    const frame = this.frames[this.index];
    if (frame === undefined) return;
    const first = this.frames[0];
    const figures = [
      this.index,
      this.frames.length,
      frame.step,
      this.agreeing(frame),
      this.agreeing(first),
      Number(this.playing !== undefined),
    ];
    this.tell(
      Uint32Array.from(figures),
      Uint32Array.from(first.nearest),
      Float32Array.from(first.cosines),
      Uint32Array.from(frame.nearest),
      Float32Array.from(frame.cosines),
    );
  }

  listen() {
    const { canvas } = this;
    let held;
    canvas.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, y: event.clientY, ...this.turn };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held !== undefined) {
        const across = Math.PI / Math.max(200, Math.min(canvas.clientWidth, canvas.clientHeight));
        this.turn.yaw = held.yaw + (event.clientX - held.x) * across;
        const pitch = held.pitch - (event.clientY - held.y) * across;
        this.turn.pitch = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, pitch));
      }
      const { left, top } = canvas.getBoundingClientRect();
      this.pointAt(event.clientX - left, event.clientY - top);
      this.schedule();
    });
    const release = () => (held = undefined);
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => {
      this.hovered = undefined;
      this.schedule();
    });
    canvas.addEventListener("dblclick", () => {
      this.turn = { ...HELD };
      this.schedule();
    });
  }

  pointAt(x, y) {
    const [nearest] = this.seen()
      .map((point, index) => ({ index, far: Math.hypot(point.x - x, point.y - y) - (point.z > 0 ? 2 : 0) }))
      .sort((one, other) => one.far - other.far);
    this.hovered = nearest !== undefined && nearest.far <= REACH ? nearest.index : undefined;
  }

  /** A point of the sphere as seen on the canvas: x and y in pixels, z from -1 behind to 1 in front. */
  project([x, y, z]) {
    const [sy, cy] = [Math.sin(this.turn.yaw), Math.cos(this.turn.yaw)];
    const [sp, cp] = [Math.sin(this.turn.pitch), Math.cos(this.turn.pitch)];
    const [right, towards] = [x * cy + z * sy, z * cy - x * sy];
    const [up, front] = [y * cp - towards * sp, y * sp + towards * cp];
    const { middle, radius } = this.size;
    return { x: middle.x + radius * right, y: middle.y - radius * up, z: front };
  }

  get size() {
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    return { width, height, middle: { x: width / 2, y: height / 2 }, radius: Math.max(20, Math.min(width, height) / 2 - 14) };
  }

  seen() {
    return this.points.map((point) => this.project(point));
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame((now) => {
      this.scheduled = false;
      if (this.element.clientWidth === 0) return;
      const moving = this.move(now);
      this.draw();
      if (moving) this.schedule();
    });
  }

  /** Advances the animation to `now`; returns whether it goes on. */
  move(now) {
    const passed = Math.min(100, now - (this.moved ?? now));
    this.moved = now;
    let moving = false;
    if (this.way !== undefined) {
      const { from, to, began, time } = this.way;
      const share = time === 0 ? 1 : Math.min(1, Math.max(0, now - began) / time);
      this.points = to.map((target, index) => between(from[index], target, eased(share)));
      moving = share < 1;
      if (!moving) this.way = undefined;
    }
    for (const [key, edge] of this.edges) {
      const change = motionAllowed() ? passed / 350 : 1;
      edge.strength += Math.max(-change, Math.min(change, edge.goal - edge.strength));
      if (edge.strength <= 0 && edge.goal === 0) this.edges.delete(key);
      else if (edge.strength !== edge.goal) moving = true;
    }
    if (!moving) this.moved = undefined;
    return moving;
  }

  draw() {
    const { width, height } = this.size;
    const scale = devicePixelRatio || 1;
    const [wide, tall] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== wide || this.canvas.height !== tall) Object.assign(this.canvas, { width: wide, height: tall });
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    this.paint(context);
    this.describe();
  }

  paint(context) {
    this.colours = theme();
    this.paintSphere(context);
    const points = this.seen();
    this.paintEdges(context, points);
    this.paintPoints(context, points);
    this.paintNames(context, points);
  }

  paintSphere(context) {
    const { middle, radius } = this.size;
    const { colours } = this;
    const light = context.createRadialGradient(middle.x - radius / 3, middle.y - radius / 2.5, radius / 8, middle.x, middle.y, radius);
    light.addColorStop(0, colours.sphereLight);
    light.addColorStop(1, colours.sphereDark);
    context.fillStyle = light;
    context.beginPath();
    context.arc(middle.x, middle.y, radius, 0, 2 * Math.PI);
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = colours.strongLine;
    context.globalAlpha = 0.55;
    context.stroke();
    context.strokeStyle = colours.strongLine;
    for (const [front, alpha] of [[false, 0.1], [true, 0.28]]) {
      context.globalAlpha = alpha;
      context.beginPath();
      for (const line of [...circles, ...meridians]) {
        let drawing = false;
        for (const place of line) {
          const { x, y, z } = this.project(place);
          if (z >= 0 === front) {
            if (drawing) context.lineTo(x, y);
            else context.moveTo(x, y);
          }
          drawing = z >= 0 === front;
        }
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  paintEdges(context, points) {
    const frame = this.frames[this.index];
    for (const [key, { strength }] of this.edges) {
      const [from, to] = key.split(" ").map(Number);
      const [one, other] = [points[from], points[to]];
      if (one === undefined || other === undefined) continue;
      const alike = this.sentences[from].group === this.sentences[to].group;
      const depth = (one.z + other.z) / 2;
      context.globalAlpha = strength * (depth > 0 ? 0.75 : 0.25);
      context.strokeStyle = alike ? this.colour(from) : this.colours.muted;
      context.lineWidth = alike ? 1.6 : 1;
      context.setLineDash(alike ? [] : [3, 3]);
      context.beginPath();
      context.moveTo(one.x, one.y);
      context.lineTo(other.x, other.y);
      context.stroke();
    }
    context.setLineDash([]);
    if (this.hovered !== undefined && frame !== undefined) {
      context.strokeStyle = this.colours.ink;
      context.lineWidth = 1.5;
      context.globalAlpha = 0.9;
      for (const to of nearestOf(frame, this.hovered)) {
        context.beginPath();
        context.moveTo(points[this.hovered].x, points[this.hovered].y);
        context.lineTo(points[to].x, points[to].y);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  paintPoints(context, points) {
    const order = points.map((_, index) => index).sort((one, other) => points[one].z - points[other].z);
    for (const index of order) {
      const { x, y, z } = points[index];
      const hovered = index === this.hovered;
      context.globalAlpha = z > 0 ? 1 : 0.4;
      context.fillStyle = this.colour(index);
      context.strokeStyle = hovered ? this.colours.ink : this.colours.surface;
      context.lineWidth = hovered ? 2.5 : 1.5;
      context.beginPath();
      context.arc(x, y, (hovered ? 8 : 5.5) + 1.2 * z, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** Names of groups most of whose members have one of their own nearest, where names do not overlap. */
  paintNames(context, points) {
    const frame = this.frames[this.index];
    if (frame === undefined || frame.count === 0) return;
    const { width, height } = this.size;
    context.font = `600 ${LABEL_FONT}px ${this.colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const groups = (this.names ?? []).map((name, group) => {
      const members = this.sentences.flatMap((sentence, index) => (sentence.group === group ? [index] : []));
      const together = members.filter((index) => this.sentences[frame.nearest[index * frame.count]].group === group).length;
      return { name, group, members, share: together / Math.max(1, members.length) };
    });
    const taken = [];
    for (const { name, group, members, share } of groups.sort((one, other) => other.share - one.share)) {
      if (!name || members.length < 2 || share <= 0.5) continue;
      const front = members.filter((index) => points[index].z > -0.2);
      if (2 * front.length < members.length) continue;
      const mean = (of) => front.reduce((sum, index) => sum + of(points[index]), 0) / front.length;
      const half = context.measureText(name).width / 2 + 4;
      const top = Math.min(...front.map((index) => points[index].y));
      const x = Math.min(width - half, Math.max(half, mean((point) => point.x)));
      const y = Math.min(height - 8, Math.max(8, top - 16));
      const box = { left: x - half, right: x + half, top: y - 9, bottom: y + 9 };
      if (taken.some((other) => other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom)) continue;
      taken.push(box);
      context.globalAlpha = Math.min(1, 2 * (share - 0.5) + 0.2);
      context.lineWidth = 4;
      context.strokeStyle = this.colours.surface;
      context.strokeText(name, x, y);
      context.fillStyle = this.colours.groups[group % this.colours.groups.length];
      context.fillText(name, x, y);
    }
    context.globalAlpha = 1;
  }

  colour(index) {
    const { groups } = this.colours;
    return groups[this.sentences[index].group % groups.length];
  }

  /** Shows the sentence under the pointer, and its nearest neighbours now and before. */
  describe() {
    const frame = this.frames[this.index];
    const point = this.hovered === undefined ? undefined : this.seen()[this.hovered];
    this.tip.hidden = point === undefined || frame === undefined;
    if (this.tip.hidden) return;
    const line = (frame, index, name) => {
      const place = index * frame.count;
      const entry = document.createElement("p");
      const label = document.createElement("span");
      label.textContent = `${name} ${frame.cosines[place].toFixed(2)}`;
      entry.append(label, this.sentences[frame.nearest[place]].text);
      return entry;
    };
    const sentence = document.createElement("p");
    sentence.className = "picture-tip-sentence";
    sentence.textContent = this.sentences[this.hovered].text;
    const lines = frame.count === 0 ? [] : [line(frame, this.hovered, word("picture-nearest-now"))];
    if (frame.count > 0 && this.index > 0) lines.push(line(this.frames[0], this.hovered, word("picture-nearest-before")));
    this.tip.replaceChildren(sentence, ...lines);
    const { width, height } = this.size;
    const [wide, tall] = [this.tip.offsetWidth, this.tip.offsetHeight];
    const left = point.x + 14 + wide > width ? point.x - 14 - wide : point.x + 14;
    this.tip.style.left = `${Math.max(0, Math.min(width - wide, left))}px`;
    this.tip.style.top = `${Math.max(0, Math.min(height - tall, point.y - tall / 2))}px`;
  }

  /** As a PNG with two pixels per CSS pixel; undefined where the browser makes none. */
  image() {
    const { width, height } = this.size;
    const picture = document.createElement("canvas");
    Object.assign(picture, { width: 2 * width, height: 2 * height });
    const context = picture.getContext("2d");
    context.scale(2, 2);
    context.fillStyle = theme().surface;
    context.fillRect(0, 0, width, height);
    this.paint(context);
    return pngOf(picture);
  }
}

/**
 * The frames of a view, and the transitions between them, as an animated GIF (a Blob). `progress` is called with the
 * share that is done; the page stays responsive meanwhile.
 */
export async function filmOf(view, progress) {
  const { element, sentences, names, turn } = view;
  const frames = [...view.frames];
  // A view of its own, so that the one on the page does not change.
  const reel = Object.assign(Object.create(PictureView.prototype), {
    element, sentences, names, frames, turn: { ...turn }, points: frames[0].points, edges: new Map(), index: 0,
  });
  const { width, height } = reel.size;
  const scale = Math.min(1, FILM.width / width);
  const [wide, tall] = [Math.round(width * scale), Math.round(height * scale)];
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: tall });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.scale(scale, scale);
  const shot = () => {
    const { surface, muted, font } = theme();
    context.fillStyle = surface;
    context.fillRect(0, 0, width, height);
    reel.paint(context);
    Object.assign(context, { fillStyle: muted, font: `600 ${LABEL_FONT}px ${font}`, textAlign: "right", textBaseline: "bottom" });
    context.fillText(`${word("axis-step")} ${frames[reel.index].step}`, width - 8, height - 8);
    return context.getImageData(0, 0, wide, tall).data;
  };
  reel.connect(frames[0], 1);
  const palette = quantize(shot(), FILM.colours);
  const gif = GIFEncoder();
  const steps = Math.max(1, Math.min(FILM.between, Math.round(FILM.pictures / frames.length)));
  for (const [index, frame] of frames.entries()) {
    const from = reel.points;
    reel.index = index;
    reel.connect(frame, 0);
    for (let step = 1; step <= (index === 0 ? 1 : steps); step += 1) {
      const share = index === 0 ? 1 : step / steps;
      reel.points = frame.points.map((target, point) => between(from[point], target, eased(share)));
      for (const [key, edge] of reel.edges) {
        if (edge.goal === 1) edge.strength = Math.max(edge.strength, share);
        else if ((edge.strength = Math.min(edge.strength, 1 - share)) <= 0) reel.edges.delete(key);
      }
      const last = index === frames.length - 1 && step === steps;
      const delay = last || index === 0 ? FILM.end : FILM.time;
      gif.writeFrame(applyPalette(shot(), palette), wide, tall, { palette: index === 0 ? palette : undefined, delay });
      await new Promise((next) => setTimeout(next));
    }
    progress((index + 1) / frames.length);
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: "image/gif" });
}

/** A point between two of the sphere: on their chord, scaled to length 1. */
function between(from, to, share) {
  const point = from.map((value, axis) => value + share * (to[axis] - value));
  const length = Math.hypot(...point);
  return length > 1e-6 ? point.map((value) => value / length) : to;
}

function nearestOf({ nearest, count }, index) {
  return nearest.slice(index * count, (index + 1) * count);
}
