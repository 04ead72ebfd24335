"use strict";
// Small charts in SVG. Every text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

const grouped = (n) => Number(n).toLocaleString("en-US");
const short = (n) => n >= 1e9 ? +(n / 1e9).toPrecision(3) + " G" : n >= 1e6 ? +(n / 1e6).toPrecision(3) + " M"
  : n >= 1e3 ? +(n / 1e3).toPrecision(3) + " k" : String(+Number(n).toPrecision(3));
const percent = (x) => (100 * x).toFixed(x >= 0.0995 ? 0 : 1) + " %";

/// 1, 2 or 5 times a power of ten, about `count` of them from `low` to `high`.
function ticks(low, high, count) {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999);
  const list = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) list.push(i * step + 0);
  return list;
}

function logTicks(low, high, count) {
  const list = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) {
    for (const m of [1, 2, 5]) {
      const value = m * Math.pow(10, power);
      if (value >= low * 0.999 && value <= high * 1.001) list.push(value);
    }
  }
  const tens = list.filter((v) => /^1/.test(v.toExponential()));
  return list.length <= count ? list : tens.length >= 2 ? tens : list.slice(0, count);
}

/// An axis: {min, max, log, label, format}; `at` maps a value to pixels from `from` to `to`.
function scale(axis, from, to) {
  const f = axis.log ? Math.log : (v) => v;
  const low = f(axis.min), high = f(axis.max);
  const at = (v) => from + (high > low ? (f(v) - low) / (high - low) : 0.5) * (to - from);
  return { at, ticks: (n) => axis.log ? logTicks(axis.min, axis.max, n) : ticks(axis.min, axis.max, n) };
}

/// Keeps a chart in `host` drawn at its width. `options`: label (what it shows, for those who cannot
/// see it), height, x, y (axes), paint(svg, x, y), and for the pointer points() -> [[x, y, text]].
function plot(host, options) {
  const caption = el("figcaption", { "aria-live": "off" });
  const figure = el("figure", {}, options.legend ? legend(options.legend) : null);
  const box = el("div");
  figure.append(box, caption);
  host.append(figure);
  let drawn = 0;
  const render = () => {
    const width = Math.max(280, Math.min(Math.round(box.clientWidth) || 680, 1080));
    if (width === drawn) return;
    drawn = width;
    const height = options.height || 300;
    const left = options.y.wide ? 58 : 46, right = 12, top = options.y.label ? 28 : 10, bottom = 40;
    const x = scale(options.x, left, width - right);
    const y = scale(options.y, height - bottom, top);
    const root = draw("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": options.label });
    for (const t of y.ticks(5)) {
      const py = y.at(t);
      root.append(draw("line", { class: "grid", x1: left, x2: width - right, y1: py, y2: py }),
        draw("text", { x: left - 6, y: py + 4, "text-anchor": "end" }, options.y.format(t)));
    }
    for (const t of x.ticks(width < 500 ? 4 : 8)) {
      root.append(draw("text", { x: x.at(t), y: height - bottom + 16, "text-anchor": "middle" },
        options.x.format(t)));
    }
    root.append(draw("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom,
      y2: height - bottom }),
    draw("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" },
      options.x.label));
    if (options.y.label) root.append(draw("text", { x: 4, y: 13, "text-anchor": "start" }, options.y.label));
    options.paint(root, x.at, y.at, { top, bottom: height - bottom, left, right: width - right });
    if (options.points) follow(root, options.points(), x.at, y.at, caption, options.caption || "");
    caption.textContent = options.caption || "";
    box.replaceChildren(root);
  };
  render();
  new ResizeObserver(render).observe(box);
  return figure;
}

/// Shows the text of the point nearest to the pointer.
function follow(root, points, x, y, caption, usual) {
  const mark = draw("circle", { class: "cursor", r: 5, visibility: "hidden" });
  root.append(mark);
  root.addEventListener("pointermove", (event) => {
    const frame = root.getBoundingClientRect();
    const factor = root.viewBox.baseVal.width / frame.width;
    const px = (event.clientX - frame.left) * factor, py = (event.clientY - frame.top) * factor;
    let best = null, distance = 40 * 40;
    for (const point of points) {
      const dx = x(point[0]) - px, dy = y(point[1]) - py;
      if (dx * dx + dy * dy < distance) { distance = dx * dx + dy * dy; best = point; }
    }
    mark.setAttribute("visibility", best ? "visible" : "hidden");
    if (best) { mark.setAttribute("cx", x(best[0])); mark.setAttribute("cy", y(best[1])); }
    caption.textContent = best ? best[2] : usual;
  });
  root.addEventListener("pointerleave", () => {
    mark.setAttribute("visibility", "hidden");
    caption.textContent = usual;
  });
}

function legend(entries) {
  return el("ul", { class: "legend" }, entries.map(([kind, text]) => el("li", {},
    draw("svg", { class: "chart", viewBox: "0 0 22 10", "aria-hidden": "true" },
      /dot/.test(kind) ? draw("circle", { class: kind, cx: 11, cy: 5, r: 4 })
        : draw("line", { class: kind, x1: 0, x2: 22, y1: 5, y2: 5 })), text)));
}

const path = (points) => points.map((p, i) => (i ? "L" : "M") + p[0].toFixed(1) + " " + p[1].toFixed(1)).join("");

/// A line that goes level from each point to the next one's x.
const steps = (points) => points.map((p, i) => i
  ? "H" + p[0].toFixed(1) + "V" + p[1].toFixed(1) : "M" + p[0].toFixed(1) + " " + p[1].toFixed(1)).join("");

/// At most about `most` of the indices, evenly; those of `keep` are always among them.
function thin(indices, most, keep) {
  if (indices.length <= most) return indices;
  const every = Math.ceil(indices.length / most);
  return indices.filter((index, i) => i % every === 0 || (keep && keep.has(index)));
}
