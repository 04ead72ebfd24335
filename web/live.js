// The page while it is served: it asks for the study, listens for news, and has buttons.

let live = null;        // the view as it stands
let searchStatus = null;      // of the search, as the server said last
let shownAt = 0;        // when it was drawn last
let waitingToShow = 0;
const REDRAW_MS = 1000;

const WORDS = {
  running: "searching", paused: "paused", stopped: "stopped before its end", ended: "finished",
  none: "", lost: "the store cannot be read",
};

let shownState = "";

function showStatus(state, message) {
  const chip = document.getElementById("status");
  chip.className = WORDS[state] === undefined ? "lost" : state;
  chip.textContent = WORDS[state] === undefined ? state : WORDS[state];
  chip.title = message || "";
  for (const [id, states] of [["pause", ["running"]], ["run", ["paused"]], ["stop", ["running", "paused"]]]) {
    document.getElementById(id).disabled = !states.includes(state);
  }
  if (state !== shownState) {  // what a button answered holds until then
    document.getElementById("said").textContent =
      state === "stopped" ? "What was asked, below, has the command that goes on with it (--resume)." : "";
  }
  shownState = state;
}

/// Trials from `first_trial` on take the place of those that the page had.
function merge(old, fresh) {
  const first = fresh.first_trial, genes = fresh.asked.decisions.length;
  if (old && first > 0) {
    for (const key of Object.keys(fresh.trials)) {
      const before = old.trials[key];
      fresh.trials[key] = Array.isArray(before)
        ? before.slice(0, key === "genome" ? first * genes : first).concat(fresh.trials[key])
        : Object.assign(before, fresh.trials[key]);
    }
  }
  return fresh;
}

function showSoon() {
  if (waitingToShow || document.hidden || drawing) return;
  waitingToShow = setTimeout(() => {
    waitingToShow = 0;
    shownAt = Date.now();
    showView(live);
  }, Math.max(0, shownAt + REDRAW_MS - Date.now()));
}

function take(update) {
  live = merge(live, update.view);
  searchStatus = update.status;
  showStatus(searchStatus.state, searchStatus.message);
  showSoon();
}

async function start() {
  const response = await fetch("data", { cache: "no-store" });
  if (!response.ok) throw new Error((await response.json()).error);
  const whole = await response.json();
  live = null;
  take(whole);
  const events = new EventSource("events?after=" + whole.update);
  events.onmessage = (event) => {
    const update = JSON.parse(event.data);
    if (update.reload) {
      events.close();
      start().catch(fail);
    } else {
      take(update);
    }
  };
  events.onerror = () => showStatus("no connection to the server", "");
  events.onopen = () => showStatus(searchStatus.state, searchStatus.message);
}

function fail(error) {
  showStatus("no connection to the server", error.message);
  setTimeout(() => start().catch(fail), 3000);
}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function ask(action) {
  const said = document.getElementById("said");
  post("control", { action }).then(
    () => { said.textContent = { pause: "Pausing after the trials that run.", run: "Going on.", stop: "Stopping." }[action]; },
    (error) => { said.textContent = error.message + "."; });
}

// --- drawing a sample for the model ---

let drawing = false;

function classifier(model) {
  const [height, width, channels] = model.sample;
  const size = 224;
  const pad = el("canvas", { class: "pad", id: "pad", width: size, height: size, tabindex: 0, role: "img",
    "aria-label": "Drawing area: draw with the mouse or a finger, or drop an image file" });
  const context = pad.getContext("2d", { willReadFrequently: true });
  const answer = el("div", { class: "answer", id: "answer", role: "status" }, "–");
  const chances = el("div", { class: "bars" });
  const invert = el("input", { type: "checkbox", id: "invert" });
  const clear = () => {
    context.fillStyle = "#000";
    context.fillRect(0, 0, size, size);
    answer.textContent = "–";
    chances.replaceChildren();
  };
  const classify = async (canvas) => {
    const small = document.createElement("canvas");
    small.width = width;
    small.height = height;
    const target = small.getContext("2d");
    target.imageSmoothingQuality = "high";
    target.drawImage(canvas, 0, 0, width, height);
    const pixels = target.getImageData(0, 0, width, height).data, values = [];
    for (let i = 0; i < pixels.length; i += 4) {
      const rgb = [pixels[i], pixels[i + 1], pixels[i + 2]].map((v) => invert.checked ? 255 - v : v);
      if (channels === 1) values.push(Math.round(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]));
      else values.push(...rgb);
    }
    try {
      const { classes } = await post("classify", { values });
      answer.textContent = classes[0].name;
      chances.replaceChildren(...classes.slice(0, 5).flatMap((c) => [el("span", {}, c.name),
        draw("svg", { viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
          draw("rect", { class: "track", width: 100, height: 14 }), draw("rect", { class: "bar", width: 100 * c.probability, height: 14 })),
        el("span", { class: "value" }, percent(c.probability))]));
    } catch (error) {
      answer.textContent = error.message;
    }
  };
  let last = null, soon = 0;
  const stroke = (event) => {
    const frame = pad.getBoundingClientRect();
    const point = [(event.clientX - frame.left) * size / frame.width, (event.clientY - frame.top) * size / frame.height];
    context.strokeStyle = "#fff";
    context.lineWidth = size / 13;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...(last || point));
    context.lineTo(...point);
    context.stroke();
    last = point;
    clearTimeout(soon);
    soon = setTimeout(() => classify(centered(pad, channels === 1)), 120);
  };
  pad.addEventListener("pointerdown", (event) => { drawing = true; pad.setPointerCapture(event.pointerId); stroke(event); });
  pad.addEventListener("pointermove", (event) => { if (last) stroke(event); });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { last = null; drawing = false; showSoon(); });
  const take = async (file) => {
    if (!file) return;
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(size / image.width, size / image.height);
      clear();
      context.drawImage(image, (size - scale * image.width) / 2, (size - scale * image.height) / 2, scale * image.width, scale * image.height);
      await classify(pad);
    } catch (error) {
      answer.textContent = "no image that this browser reads";
    }
  };
  pad.addEventListener("dragover", (event) => { event.preventDefault(); pad.classList.add("over"); });
  pad.addEventListener("dragleave", () => pad.classList.remove("over"));
  pad.addEventListener("drop", (event) => { event.preventDefault(); pad.classList.remove("over"); take(event.dataTransfer.files[0]); });
  const file = el("input", { type: "file", accept: "image/*", id: "file", onchange: () => take(file.files[0]) });
  clear();
  return el("section", { "aria-labelledby": "try-title" }, el("h2", { id: "try-title" }, "Try it"),
    el("p", {}, "Draw, or drop a picture: the model that is served says what it sees."),
    el("div", { class: "guess" }, el("div", {}, pad, el("div", { class: "tools" },
      el("button", { type: "button", class: "action", id: "clear", onclick: clear }, "Clear"))),
    el("div", {}, answer, chances, el("div", { class: "tools" }, el("div", {}, el("label", { for: "file" }, "A picture"), file),
      el("label", {}, invert, " dark on light")))));
}

/// As MNIST's digits are: the drawing's box scaled to 20/28 of the sample, its center of mass in the
/// middle. What is not a drawing on black stays as it is.
function centered(canvas, wanted) {
  const size = canvas.width, pixels = canvas.getContext("2d").getImageData(0, 0, size, size).data;
  let left = size, right = -1, top = size, bottom = -1, mass = 0, mx = 0, my = 0;
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      const ink = pixels[4 * (y * size + x)];
      if (!ink) continue;
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
      mass += ink; mx += ink * x; my += ink * y;
    }
  }
  if (!mass || !wanted) return canvas;
  const scale = size * 20 / 28 / Math.max(right - left + 1, bottom - top + 1);
  const result = document.createElement("canvas");
  result.width = result.height = size;
  const context = result.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, size, size);
  context.setTransform(scale, 0, 0, scale, size / 2 - scale * mx / mass, size / 2 - scale * my / mass);
  context.drawImage(canvas, 0, 0);
  return result;
}

{
  const host = document.getElementById("live");
  host.hidden = false;
  host.append(el("div", { class: "tools" }, [["pause", "Pause"], ["run", "Continue"], ["stop", "Stop"]].map(([id, name]) =>
    el("button", { type: "button", class: "action", id, disabled: "", onclick: () => ask(id) }, name)),
  el("span", { id: "said", role: "status", class: "note" })));
  fetch("model").then((response) => response.json()).then((model) => {
    if (!model) return;
    const isPicture = model.sample[0] > 1 && [1, 3].includes(model.sample[2]);
    host.append(isPicture ? classifier(model) : el("p", { class: "note" }, "The model that is served takes samples of " +
      `${model.sample.join("×")}, which cannot be drawn; netsmith predict takes files of them.`));
  });
  document.addEventListener("visibilitychange", () => { if (live) showSoon(); });
  start().catch(fail);
}
