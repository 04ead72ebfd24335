// The page of a study, drawn from the data that report/study_view.h describes.

const DRAWN_POINTS = 3000;  // a chart thins out more than these
const PAGE_ROWS = 50;

const reward = (x) => x === null || x === undefined ? "–" : x.toFixed(4);
const share = (x) => x === null || x === undefined ? "diverged" : (100 * x).toFixed(2) + " %";

function seconds(s) {
  if (!(s > 0)) return "–";
  if (s < 10) return s.toFixed(1) + " s";
  s = Math.round(s);
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min " + String(s % 60).padStart(2, "0") + " s";
  return Math.floor(s / 3600) + " h " + String(Math.floor(s % 3600 / 60)).padStart(2, "0") + " min";
}

const option = (view, name) => view.asked.options[name];

/// Where the rewards come from, in words.
function rewardMeaning(view) {
  if (option(view, "evaluator") !== undefined) return "reward from the evaluator";
  return view.asked.rewards_are_test ? "accuracy on the TEST SET" : "validation accuracy";
}

const dataName = (view) => option(view, "data") || "unknown data";

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

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function facts(rows) {
  return el("table", { class: "facts" }, el("tbody", {}, rows.filter((row) => row && row[1] !== undefined && row[1] !== "")
    .map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))));
}

// --- sections: each takes the view and its element; one that returns false is not shown ---

function showAsked(view, host) {
  const options = view.asked.options;
  const child = options.child || {};
  const controller = options.controller;
  const count = view.trials.number.length;
  const strategy = options.strategy === "reinforce" && controller
    ? `a recurrent controller (${controller.cell} cell, policy ${controller.policy}) trained by REINFORCE`
    : options.strategy === "random" ? "random search" : options.strategy;
  host.append(el("p", {}, `A network for ${dataName(view)}` +
    (view.asked.shape ? ` (samples of ${view.asked.shape.join("×")}, ${view.asked.classes} classes)` : "") +
    `, out of the space ${options.space || view.asked.space}. ` +
    (strategy ? `${capital(strategy)} proposed ${grouped(count)} of them, ` : "") +
    (options.batch ? `${grouped(options.batch)} at a time; ` : "") +
    (options.evaluator !== undefined ? `a program of its own gave the rewards.`
      : `each was trained for ${child.epochs} epoch${child.epochs === 1 ? "" : "s"} of ` +
        `${child.samples && !(child.samples >= view.asked.train) ? grouped(child.samples) : "all"} samples and its ${rewardMeaning(view)} was the reward.`)));
  if (view.asked.rewards_are_test) {
    host.append(el("p", { class: "warning" }, "The rewards were measured on the TEST SET, as in the original " +
      "procedure: the choice has seen it, and no test accuracy of this study says anything."));
  }
  const limits = [["macs", "multiply-adds"], ["params", "parameters"], ["latency_us", "µs for an answer"]]
    .map(([key, name]) => [child["max_" + key] || options["max_" + key], name])
    .filter(([value]) => value > 0).map(([value, name]) => `at most ${grouped(value)} ${name}`);
  host.append(facts([
    ["Networks", `${view.asked.decisions.length} decisions, ` +
      `10^${view.asked.decisions.reduce((sum, d) => sum + Math.log10(d.options.length), 0).toFixed(1)} combinations`],
    ["Limits", limits.join(", ")],
    ["Trials", Object.entries(view.states).map(([state, n]) => `${grouped(n)} ${state}`).join(", ")]]));
}

/// The options with which the study read its data, as arguments.
function dataOptions(view) {
  return Object.entries(view.asked.options.data_options || {})
    .map(([name, value]) => ` --${name} ${quoteShell(String(value))}`).join("");
}

function showFound(view, host) {
  const best = view.best;
  if (!best) {
    host.append(el("p", {}, "No trial is complete yet."));
    return;
  }
  const left = el("div");
  left.append(facts([
    ["Network", el("code", {}, best.network)],
    ["In words", best.form],
    [capital(rewardMeaning(view)), reward(best.reward)],
    ["Trial", grouped(best.trial)],
    ["Parameters", best.params ? grouped(best.params) : undefined],
    ["Multiply-adds", best.macs ? grouped(best.macs) : undefined]]),
  el("h3", {}, "Train it in full"), el("pre", {},
    `netsmith train --network "${best.network}" --data ${quoteShell(dataName(view))}` + dataOptions(view)));
  if (view.asked.rewards_are_test === false && option(view, "evaluator") === undefined) {
    left.append(el("p", { class: "note" }, "The best of many measured rewards is partly luck: on fresh data, " +
      "expect a little less. A full training is judged on the test set."));
  }
  const columns = el("div", { class: "columns found" }, left);
  if (best.svg) {
    const parsed = new DOMParser().parseFromString(best.svg, "image/svg+xml").documentElement;
    columns.append(el("div", { class: "network", tabindex: 0, role: "group", "aria-label": "Drawing of the network" },
      document.importNode(parsed, true)));
  }
  host.append(columns);
}

const quoteShell = (text) => /^[\w./:=,+@%-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";

function showComparison(view, host) {
  const comparison = view.comparison;
  const networks = comparison.networks || [];
  if (!networks.length && !comparison.random) return false;
  if (networks.length) {
    if (comparison.verdict) host.append(el("p", {}, sentence(comparison.verdict)));
    host.append(el("div", { class: "scroll" }, el("table", {},
      el("caption", {}, "Each trained in full, at the learning rate that is best on validation"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "network"), el("th", { scope: "col" }, ""),
        ["test accuracy", "validation", "parameters", "multiply-adds", "learning rate"]
          .map((name) => el("th", { scope: "col", class: "number" }, name)))),
      el("tbody", {}, networks.map((n) => el("tr", {}, el("th", { scope: "row" }, n.role),
        el("td", {}, el("code", {}, n.network)),
        el("td", { class: "number" }, share(n.mean) + (n.test_accuracy.length > 1 && n.sd !== null ? ` ± ${(100 * n.sd).toFixed(2)}` : "")),
        el("td", { class: "number" }, share(mean(n.validation_accuracy))),
        el("td", { class: "number" }, grouped(n.params)), el("td", { class: "number" }, grouped(n.macs)),
        el("td", { class: "number" }, String(n.learning_rate))))))));
  }
  const random = comparison.random;
  if (random) {
    const interval = (d) => `${signed(d.value)} (95 % interval ${signed(d.low)} to ${signed(d.high)})`;
    host.append(el("h3", {}, "Beside random search"), el("p", {}, sentence(random.verdict)),
      el("div", { class: "scroll" }, el("table", {},
        el("caption", {}, "Rewards; a trial without one counts 0"),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, ""), ["trials", "best", "mean"]
          .map((name) => el("th", { scope: "col", class: "number" }, name)))),
        el("tbody", {},
          [["this search", random.trials, random.best_reward, random.mean_reward],
            ["random search", random.random_trials, random.random_best_reward, random.random_mean_reward]]
            .map(([name, trials, best, average]) => el("tr", {}, el("th", { scope: "row" }, name),
              el("td", { class: "number" }, grouped(trials)), el("td", { class: "number" }, reward(best)),
              el("td", { class: "number" }, reward(average))))))),
      el("p", { class: "note" }, `Difference of the best ${interval(random.best_difference)}; of the mean ` +
        `${interval(random.mean_difference)}. Bootstrap over the trials: the luck of the proposals, not of the trainings.`));
  }
  return true;
}

const mean = (values) => values.length && values.every((v) => v !== null)
  ? values.reduce((a, b) => a + b, 0) / values.length : null;
const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(4);
const sentence = (text) => text ? text[0].toUpperCase() + text.slice(1) + "." : "";

function showRewards(view, host) {
  const trials = view.trials;
  const { complete, records } = completeTrials(trials);
  if (!complete.length) return false;
  const shown = thin(complete, DRAWN_POINTS, records);
  const last = Math.max(trials.number.length, view.random_rewards.length) - 1;
  const best = [...records].map((i) => [trials.number[i], trials.reward[i]]);
  best.push([trials.number.length - 1, best[best.length - 1][1]]);
  const random = [];
  view.random_rewards.forEach((r, i) => {
    if (!random.length || r > random[random.length - 1][1]) random.push([i, r]);
  });
  if (random.length) random.push([view.random_rewards.length - 1, random[random.length - 1][1]]);
  const y = rewardAxis(complete.map((i) => trials.reward[i]), rewardMeaning(view), random.length ? random[random.length - 1][1] : 0);
  const clip = (r) => Math.max(r, y.min);
  plot(host, {
    label: `${rewardMeaning(view)} of ${complete.length} trials; the best, ` +
      `${reward(view.best && view.best.reward)}, is trial ${view.best && view.best.trial}`,
    x: { min: 0, max: Math.max(last, 1), label: "trial", format: (v) => grouped(Math.round(v)) }, y,
    legend: [["dot", rewardMeaning(view)], ["best", "best so far"]].concat(random.length ? [["random", "random search, best so far"]] : []),
    caption: (shown.length < complete.length ? `${grouped(shown.length)} of ${grouped(complete.length)} trials are drawn. ` : "") +
      (y.below > 0 ? `${grouped(y.below)} lower than ${y.format(y.min)} sit on the lower edge.` : ""),
    paint: (svg, px, py) => {
      for (const i of shown) {
        svg.append(draw("circle", { class: "dot" + (trials.reward[i] < y.min ? " low" : ""), r: shown.length > 600 ? 2 : 3.2,
          cx: px(trials.number[i]).toFixed(1), cy: py(clip(trials.reward[i])).toFixed(1) }));
      }
      if (random.length) svg.append(draw("path", { class: "random", d: steps(random.map(([n, r]) => [px(n), py(clip(r))])) }));
      svg.append(draw("path", { class: "best", d: steps(best.map(([n, r]) => [px(n), py(clip(r))])) }));
    },
    points: () => shown.map((i) => [trials.number[i], clip(trials.reward[i]), trialText(trials, i)]),
  });
}

/// One option's share over time, as an area above a base line.
function ribbon(values, height) {
  const points = values.map((v, i) => [values.length > 1 ? i / (values.length - 1) * 100 : 100, height - v * (height - 1)]);
  if (points.length === 1) points.unshift([0, points[0][1]]);
  return draw("path", { class: "band", d: `M0 ${height}` + points.map((p) => `L${p[0].toFixed(2)} ${p[1].toFixed(2)}`).join("") + `L100 ${height}Z` });
}

function ribbons(decision, shares) {
  const MOST = 12, HEIGHT = 18;
  const final = shares.map((s) => s[s.length - 1] || 0);
  let chosen = shares.map((_, k) => k);
  if (chosen.length > MOST) {
    chosen = [...chosen].sort((a, b) => final[b] - final[a]).slice(0, MOST - 1).sort((a, b) => a - b);
  }
  const rows = chosen.map((k) => [String(decision.options[k]), shares[k], final[k]]);
  if (chosen.length < shares.length) {
    const others = shares.map((s, k) => k).filter((k) => !chosen.includes(k));
    rows.push([`${others.length} others`, shares[0].map((_, t) => others.reduce((sum, k) => sum + shares[k][t], 0)),
      others.reduce((sum, k) => sum + final[k], 0)]);
  }
  const list = rows.map(([name, values, last]) => `${name}: ${percent(last)}`).join(", ");
  return el("figure", {}, el("h3", {}, decision.name),
    el("div", { class: "bars", role: "img", "aria-label": `${decision.name}, at the end: ${list}` },
      rows.flatMap(([name, values, last]) => [el("span", {}, name),
        draw("svg", { class: "chart", viewBox: `0 0 100 ${HEIGHT}`, preserveAspectRatio: "none" },
          draw("line", { class: "base", x1: 0, x2: 100, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }), ribbon(values, HEIGHT)),
        el("span", { class: "value" }, percent(last))])));
}

function showLearning(view, host) {
  const learning = view.learning;
  if (!learning.trials.length) return false;
  const policy = learning.source === "policy";
  host.append(el("p", {}, policy
    ? "The controller's probability of each option, from the first trial (left) to the last (right): what a draw " +
      "along its most probable choices would give. At the right, where it stands now."
    : "How often each option was proposed, in windows from the first trial (left) to the last (right). These are " +
      "shares of the proposals, not the strategy's own probabilities."));
  if (learning.collapsed) {
    host.append(el("p", { class: "warning" }, "The controller has collapsed: it proposes one network over and over, and " +
      "learns nothing more. More exploration, a higher entropy weight or a lower learning rate keeps it searching."));
  }
  host.append(el("div", { class: "ribbons" }, view.asked.decisions.map((d, i) => ribbons(d, learning.shares[i]))));
  const entropy = learning.entropy;
  if (entropy.length < 2) return true;
  const most = view.asked.decisions.reduce((sum, d) => sum + Math.log(d.options.length), 0);
  host.append(el("h3", {}, policy ? "Entropy of the policy" : "Entropy of the proposals"));
  plot(host, {
    label: `Entropy of all decisions together: ${entropy[0].toFixed(2)} nats at first, ` +
      `${entropy[entropy.length - 1].toFixed(2)} at the end; ${most.toFixed(2)} would be a uniform draw`,
    height: 200, x: { min: 0, max: Math.max(...learning.trials, 1), label: "trial", format: (v) => grouped(Math.round(v)) },
    y: { min: 0, max: Math.max(most, ...entropy) * 1.04 || 1, format: (v) => v.toFixed(1) },
    legend: [["best", "nats, all decisions together"], ["random", `a uniform draw: ${most.toFixed(2)}`]],
    paint: (svg, px, py, frame) => svg.append(
      draw("path", { class: "random", d: path([[frame.left, py(most)], [frame.right, py(most)]]) }),
      draw("path", { class: "best", d: path(entropy.map((e, i) => [px(learning.trials[i]), py(e)])) })),
    points: () => entropy.map((e, i) => [learning.trials[i], e, `after ${grouped(learning.trials[i])} trials: ${e.toFixed(3)} nats`]),
  });
  return true;
}

function showImportance(view, host) {
  if (!view.importance.length) return false;
  const sorted = [...view.importance].sort((a, b) => b.share - a.share);
  host.append(el("p", {}, "The share of the rewards' variance that each decision explains by itself, corrected for " +
    "chance. What is missing to 100 % is the decisions' joint effect, and luck."));
  host.append(el("div", { class: "bars" }, sorted.flatMap((d) => [el("span", {}, d.decision),
    draw("svg", { class: "", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
      draw("rect", { class: "track", width: 100, height: 14 }), draw("rect", { class: "bar", width: 100 * d.share, height: 14 })),
    el("span", { class: "value" }, percent(d.share))])));
  const groupName = (g) => g.first === g.last ? String(g.first) : `${g.first}–${g.last}`;
  host.append(el("details", {}, el("summary", {}, "Mean reward of each option"), el("div", { class: "scroll" },
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "decision"), el("th", { scope: "col" }, "option: mean reward (trials)"))),
      el("tbody", {}, sorted.map((d) => {
        const best = Math.max(...d.groups.map((g) => g.mean));
        return el("tr", {}, el("th", { scope: "row" }, d.decision), el("td", {}, d.groups.flatMap((g, i) => [i ? ", " : "",
          el(g.mean === best ? "strong" : "span", {}, `${groupName(g)}: ${reward(g.mean)} (${grouped(g.trials)})`)])));
      }))))));
  return true;
}

/// Of the complete trials, those that no other beats in both size and reward, by size.
function paretoFront(trials, complete, sizes) {
  const order = [...complete].sort((a, b) => sizes[a] - sizes[b] || trials.reward[b] - trials.reward[a]);
  const front = [];
  for (const i of order) {
    if (!front.length || trials.reward[i] > trials.reward[front[front.length - 1]]) front.push(i);
  }
  return front;
}

/// Of a study of several objectives: the networks that none beats in all, and how much they cover.
function showFront(view, host) {
  const front = view.front;
  if (!front || !front.trials.length) return false;
  const text = (name, value) => name === "accuracy" ? reward(value) : name === "latency" ? value.toFixed(1) : grouped(value);
  const heading = (name) => name === "latency" ? "latency, µs" : name;
  const reference = front.objectives.map((name, i) => name + " " + (i ? text(name, front.reference[i]) : "0")).join(", ");
  host.append(el("p", {}, `${grouped(front.trials.length)} networks that no other beats in ${front.objectives.join(", ")} ` +
    "together. Their hypervolume, the share of the box from accuracy 1 at no cost to the reference point that is " +
    `dominated, is ${front.hypervolume.toFixed(4)}` +
    (front.random_hypervolume !== undefined ? `, that of random search ${front.random_hypervolume.toFixed(4)}` : "") +
    `. The reference point: ${reference}.`),
  el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {},
    front.objectives.map(heading).concat("trial").map((t) => el("th", { scope: "col", class: "number" }, t)), el("th", { scope: "col" }, "network"))),
  el("tbody", {}, front.trials.map((t) => el("tr", {}, t.values.map((value, i) => el("td", { class: "number" }, text(front.objectives[i], value))),
    el("td", { class: "number" }, grouped(t.number)), el("td", {}, el("code", {}, t.network))))))));
  return true;
}

function showSizes(view, host) {
  const trials = view.trials;
  const measured = completeTrials(trials).complete;
  const kinds = [["params", "parameters"], ["macs", "multiply-adds"]]
    .filter(([key]) => measured.some((i) => trials[key][i] > 0));
  if (!kinds.length) return false;
  const chart = el("div");
  const select = el("select", { onchange: () => paint(select.value) },
    kinds.map(([key, name]) => el("option", { value: key }, name)));
  host.append(el("div", { class: "tools" }, el("label", {}, "Size counted in ", select)), chart);
  const paint = (key) => {
    chart.replaceChildren();
    const sizes = trials[key], name = kinds.find((k) => k[0] === key)[1];
    const complete = measured.filter((i) => sizes[i] > 0);
    const front = paretoFront(trials, complete, sizes);
    const shown = thin(complete, DRAWN_POINTS, new Set(front));
    const y = rewardAxis(complete.map((i) => trials.reward[i]), rewardMeaning(view));
    const all = complete.map((i) => sizes[i]);
    const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b));
    const clip = (r) => Math.max(r, y.min);
    plot(chart, {
      label: `${rewardMeaning(view)} against ${name} of ${complete.length} networks; the Pareto front has ${front.length}`,
      x: { min: low * 0.9, max: Math.max(high * 1.1, low * 1.5), log: true, label: name + " (logarithmic)", format: short }, y,
      legend: [["dot", "network"], ["frontdot", "Pareto front: none is smaller and better"]],
      caption: shown.length < complete.length ? `${grouped(shown.length)} of ${grouped(complete.length)} networks are drawn.` : "",
      paint: (svg, px, py) => {
        for (const i of shown) svg.append(draw("circle", { class: "dot" + (trials.reward[i] < y.min ? " low" : ""),
          r: shown.length > 600 ? 2 : 3.2, cx: px(sizes[i]).toFixed(1), cy: py(clip(trials.reward[i])).toFixed(1) }));
        svg.append(draw("path", { class: "front", d: steps(front.map((i) => [px(sizes[i]), py(clip(trials.reward[i]))])) }));
        for (const i of front) svg.append(draw("circle", { class: "frontdot", r: 4, cx: px(sizes[i]), cy: py(clip(trials.reward[i])) }));
      },
      points: () => shown.map((i) => [sizes[i], clip(trials.reward[i]), trialText(trials, i)]),
    });
    const listed = front.slice(-12).reverse();
    chart.append(el("div", { class: "scroll" }, el("table", {}, el("caption", {}, "The Pareto front" +
      (listed.length < front.length ? `: its ${listed.length} best` : "")),
    el("thead", {}, el("tr", {}, ["reward", name, "trial"].map((t) => el("th", { scope: "col", class: "number" }, t)), el("th", { scope: "col" }, "network"))),
    el("tbody", {}, listed.map((i) => el("tr", {}, el("td", { class: "number" }, reward(trials.reward[i])),
      el("td", { class: "number" }, grouped(sizes[i])), el("td", { class: "number" }, grouped(trials.number[i])),
      el("td", {}, el("code", {}, trials.network[i]))))))));
  };
  paint(kinds[0][0]);
  return true;
}

// --- the table of all trials: its choices outlive a redrawing of the page ---

const table = { sort: "number", descending: false, filter: "", state: "", page: 0 };

const COLUMNS = [
  ["number", "trial", (t, i) => grouped(t.number[i])],
  ["reward", "reward", (t, i) => t.state[i] === "complete" ? reward(t.reward[i]) : "–"],
  ["params", "parameters", (t, i) => t.params[i] ? grouped(t.params[i]) : "–"],
  ["macs", "multiply-adds", (t, i) => t.macs[i] ? grouped(t.macs[i]) : "–"],
  ["seconds", "time", (t, i) => seconds(t.seconds[i])],
  ["state", "state", (t, i) => t.state[i]],
  ["network", "network", (t, i) => t.network[i]],
];

/// What is said of a trial beside its figures.
function remark(trials, i) {
  const key = String(trials.number[i]);
  if (trials.originals[key] !== undefined) return `the same network as trial ${trials.originals[key]}`;
  return trials.reasons[key] || "";
}

function tableRows(trials) {
  const words = table.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [];
  for (let i = 0; i < trials.number.length; ++i) {
    const duplicate = trials.originals[String(trials.number[i])] !== undefined;
    if (table.state && (table.state === "duplicate" ? !duplicate : trials.state[i] !== table.state)) continue;
    if (words.length) {
      const text = `${trials.number[i]} ${trials.network[i]} ${trials.state[i]} ${remark(trials, i)}`.toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
    }
    rows.push(i);
  }
  const column = trials[table.sort], sign = table.descending ? -1 : 1;
  rows.sort((a, b) => {
    const x = column[a], y = column[b];
    return x === y ? a - b : sign * (x < y ? -1 : 1);
  });
  return rows;
}

function showTrials(view, host) {
  const trials = view.trials;
  if (!trials.number.length) return false;
  const body = el("tbody"), count = el("span", { role: "status", class: "note" });
  const headings = COLUMNS.map(([key, name]) => el("th", { scope: "col", class: key === "state" || key === "network" ? "" : "number" },
    el("button", { type: "button", onclick: () => {
      table.descending = table.sort === key ? !table.descending : key === "reward";
      table.sort = key; table.page = 0; refresh();
    } }, name)));
  const refresh = () => {
    const rows = tableRows(trials), pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
    table.page = Math.min(Math.max(table.page, 0), pages - 1);
    headings.forEach((heading, i) => {
      if (COLUMNS[i][0] === table.sort) heading.setAttribute("aria-sort", table.descending ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    });
    body.replaceChildren(...rows.slice(table.page * PAGE_ROWS, (table.page + 1) * PAGE_ROWS).map((i) => {
      const note = remark(trials, i);
      return el("tr", { class: view.best && view.best.trial === trials.number[i] ? "best" : null },
        COLUMNS.map(([key, , text], c) => el("td", { class: key === "state" || key === "network" ? "" : "number" },
          key === "network" ? el("code", {}, text(trials, i)) : text(trials, i),
          key === "network" && note ? el("div", { class: "note" }, note) : null)));
    }));
    count.textContent = `${grouped(rows.length)} of ${grouped(trials.number.length)} trials, page ${grouped(table.page + 1)} of ${grouped(pages)}`;
    back.disabled = table.page === 0;
    next.disabled = table.page === pages - 1;
  };
  let waiting = 0;
  const later = (change) => { clearTimeout(waiting); waiting = setTimeout(() => { change(); table.page = 0; refresh(); }, 150); };
  const filter = el("input", { type: "search", id: "filter", value: table.filter, autocomplete: "off",
    oninput: () => later(() => { table.filter = filter.value; }) });
  const states = Object.keys(view.states);
  const state = el("select", { id: "state", onchange: () => { table.state = state.value; table.page = 0; refresh(); } },
    ["", ...states].map((name) => el("option", { value: name, selected: name === table.state ? "" : null }, name || "all states")));
  const back = el("button", { type: "button", class: "action", onclick: () => { --table.page; refresh(); } }, "Previous");
  const next = el("button", { type: "button", class: "action", onclick: () => { ++table.page; refresh(); } }, "Next");
  host.append(el("div", { class: "tools" },
    el("div", {}, el("label", { for: "filter" }, "Find in number, network, state, reason"), filter),
    el("div", {}, el("label", { for: "state" }, "State"), state)),
  el("div", { class: "scroll" }, el("table", { id: "trials" }, el("caption", {}, "All trials"),
    el("thead", {}, el("tr", {}, headings)), body)),
  el("div", { class: "tools pages" }, back, next, count));
  refresh();
  return true;
}

function showReproduction(view, host) {
  const asked = view.asked, options = asked.options;
  if (asked.command) host.append(el("p", {}, "The same command gives the same study, for any number of workers:"), el("pre", { id: "command" }, asked.command));
  else host.append(el("p", {}, "The command was not kept with this study; its options were:"));
  host.append(facts([
    ["Data", dataName(view)],
    ["Samples", asked.train ? `${grouped(asked.train)} for training, ${grouped(asked.validation)} for validation` : ""],
    ["Content (SHA-256)", options.data_hash ? el("code", {}, options.data_hash) : ""],
    ["Seed", options.seed !== undefined ? String(options.seed) : ""],
    ["Study", view.study], ["Store", el("code", {}, view.store)],
    ["netsmith", asked.version || ""]]));
  const rows = [];
  const flatten = (value, name) => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const key of Object.keys(value)) flatten(value[key], name ? name + "." + key : key);
    } else rows.push([name, Array.isArray(value) ? value.join(", ") : String(value)]);
  };
  flatten(options, "");
  host.append(el("details", {}, el("summary", {}, "All options that decide the result"), facts(rows.concat([["space", asked.space]]))));
}

const SECTIONS = [
  ["asked", "What was asked", showAsked],
  ["found", "What was found", showFound],
  ["front", "Pareto front", showFront],
  ["comparison", "Comparison", showComparison],
  ["rewards", "Rewards", showRewards],
  ["learning", "What was learnt", showLearning],
  ["importance", "Importance of each decision", showImportance],
  ["sizes", "Accuracy against size", showSizes],
  ["all", "All trials", showTrials],
  ["again", "Data, seeds, command", showReproduction],
];

function showFigures(view) {
  const best = view.best, finished = view.trials.state.filter((s) => s !== "running").length;
  const figures = [["Best reward", best ? reward(best.reward) : "–", "best-reward"], ["Trials", grouped(finished), "finished"],
    ["Parameters", best && best.params ? grouped(best.params) : "–", "best-params"],
    ["Multiply-adds", best && best.macs ? short(best.macs) : "–", "best-macs"]];
  document.getElementById("figures").replaceChildren(...figures.map(([name, value, id]) =>
    el("div", {}, el("dt", {}, name), el("dd", { id }, value))));
}

function showSection(view, id, title, show) {
  const host = el("section", { id, "aria-labelledby": id + "-title" }, el("h2", { id: id + "-title" }, title));
  document.getElementById("main").append(host);
  if (show(view, host) === false) host.remove();
}

/// Draws everything anew; what the reader chose and where the reader is stay.
function showView(view) {
  const main = document.getElementById("main"), scroll = window.scrollY;
  const open = [...main.querySelectorAll("details")].map((d) => d.open);
  const focused = document.activeElement && document.activeElement.id;
  main.style.minHeight = main.offsetHeight + "px";
  main.replaceChildren();
  showFigures(view);
  for (const [id, title, show] of SECTIONS) showSection(view, id, title, show);
  main.style.minHeight = "";
  [...main.querySelectorAll("details")].forEach((d, i) => { if (open[i]) d.open = true; });
  document.getElementById("contents").replaceChildren(...[...main.children].filter((s) => s.id)
    .map((s) => el("li", {}, el("a", { href: "#" + s.id }, s.querySelector("h2").textContent))));
  document.getElementById("foot").textContent = `Made by netsmith${view.asked.version ? " " + view.asked.version : ""}.`;
  if (focused && main.querySelector("#" + CSS.escape(focused))) main.querySelector("#" + CSS.escape(focused)).focus({ preventScroll: true });
  window.scrollTo({ top: scroll, behavior: "instant" });
}

{
  const data = document.getElementById("data");
  if (data) showView(JSON.parse(data.textContent));
}
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
