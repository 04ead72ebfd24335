// The sections about the rewards: over the trials, and against what a network costs.

const DRAWN_POINTS = 3000;  // a chart thins out more than these

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
    legend: [["dot", "a trial"], ["best", "best so far"]].concat(random.length ? [["random", "random search, best so far"]] : []),
    caption: (shown.length < complete.length ? `${grouped(shown.length)} of ${grouped(complete.length)} trials are drawn. ` : "") +
      (y.below > 0 ? `${grouped(y.below)} below ${y.format(y.min)} on the lower edge.` : ""),
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
      legend: [["dot", "a network"], ["frontdot", "Pareto front: none is smaller and better"]],
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
