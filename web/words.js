// What several sections of the page say in the same words.

const reward = (x) => x === null || x === undefined ? "–" : x.toFixed(4);
const share = (x) => x === null || x === undefined ? "diverged" : (100 * x).toFixed(2) + " %";
const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(4);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const sentence = (text) => text ? capital(text) + "." : "";
const mean = (values) => values.length && values.every((v) => v !== null)
  ? values.reduce((a, b) => a + b, 0) / values.length : null;

function seconds(s) {
  if (!(s > 0)) return "–";
  if (s < 10) return s.toFixed(1) + " s";
  s = Math.round(s);
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min " + String(s % 60).padStart(2, "0") + " s";
  return Math.floor(s / 3600) + " h " + String(Math.floor(s % 3600 / 60)).padStart(2, "0") + " min";
}

const option = (view, name) => view.asked.options[name];
const dataName = (view) => option(view, "data") || "unknown data";
const optionText = (decision, k) => String((decision.texts || decision.options)[k]).replaceAll("_", " ");

/// Where the rewards come from, in words.
function rewardMeaning(view) {
  if (option(view, "evaluator") !== undefined) return "reward from the evaluator";
  const child = option(view, "child") || {}, metric = (child.reward || "accuracy").replaceAll("-", " ");
  if (view.asked.rewards_are_test) return metric + " on the TEST SET";
  return child.folds > 1 ? `mean validation ${metric} of ${child.folds} folds` : "validation " + metric;
}

/// A reward with what it is.
const rewardText = (view, value) => `${reward(value)}, ` +
  (option(view, "evaluator") !== undefined ? "from the evaluator" : rewardMeaning(view) + " in the search");

const STATES = {
  refused: "over a limit, so not trained", pruned: "stopped early", diverged: "training gave no numbers",
  waiting: "for a worker", unfinished: "nobody is at work on them",
};
const hasEnded = (state) => state !== "running" && state !== "waiting" && state !== "unfinished";

/// "20 complete, 3 refused (over a limit, so not trained); 2 of them the same network as an earlier one"
function statesText(states) {
  const parts = Object.entries(states).filter(([state]) => state !== "duplicate")
    .map(([state, n]) => `${grouped(n)} ${state}` + (STATES[state] ? ` (${STATES[state]})` : ""));
  return parts.join(", ") + (states.duplicate ? `; ${grouped(states.duplicate)} duplicates among them, not trained again` : "");
}

const quoteShell = (text) => /^[\w./:=,+@%-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";

/// A command whose lines break between its options only.
function commandBlock(command, id) {
  return el("pre", { id }, command.split(/(?<= )(?=--)/).map((part) => el("span", {}, part)));
}

function facts(rows) {
  return el("table", { class: "facts" }, el("tbody", {}, rows.filter((row) => row && row[1] !== undefined && row[1] !== "")
    .map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))));
}

/// Indices of the complete trials, and those at which a new best was found.
function completeTrials(trials) {
  const complete = [], records = new Set();
  let best = -Infinity;
  for (let i = 0; i < trials.number.length; ++i) {
    if (trials.state[i] !== "complete") continue;
    complete.push(i);
    if (trials.reward[i] > best) { best = trials.reward[i]; records.add(i); }
  }
  return { complete, records };
}

const trialText = (trials, i) => `trial ${trials.number[i]}: ${reward(trials.reward[i])}  ${trials.network[i]}` +
  (trials.params[i] ? `  ${grouped(trials.params[i])} parameters` : "");

/// The rewards' axis: from a little below most of them to the best, or to `highest` where that is
/// above it; what is lower sits on its edge.
function rewardAxis(values, label, highest = 0) {
  const sorted = Float64Array.from(values).sort();
  const high = Math.max(sorted[sorted.length - 1], highest);
  const low = sorted[Math.floor(sorted.length * 0.1)];
  const pad = Math.max((high - low) * 0.12, 0.002);
  const min = Math.max(0, low - pad), max = Math.min(1, high + pad);
  const digits = max - min < 0.02 ? 4 : max - min < 0.2 ? 3 : 2;
  return { min, max, label, format: (v) => v.toFixed(digits), wide: digits > 3,
    below: sorted.findIndex((v) => v >= min) };
}
