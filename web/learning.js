// The sections about what the strategy learnt, and which decisions matter.

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
  const rows = chosen.map((k) => [optionText(decision, k), shares[k], final[k]]);
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
    ? "How probable each option is to the controller, from the first trial (left) to the last (right): the higher the " +
      "band, the more probable. Beside it, where it stands now. (An option that follows others: where those are the most probable ones.)"
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
  host.append(el("h3", {}, policy ? "Entropy of the policy: how undecided it is" : "Entropy of the proposals: how different they are"));
  plot(host, {
    label: `Entropy of all decisions together: ${entropy[0].toFixed(2)} nats at first, ` +
      `${entropy[entropy.length - 1].toFixed(2)} at the end; ${most.toFixed(2)} would be a uniform draw`,
    height: 200, x: { min: 0, max: Math.max(...learning.trials, 1), label: "trial", format: (v) => grouped(Math.round(v)) },
    y: { label: "nats", min: 0, max: Math.max(most, ...entropy) * 1.04 || 1, format: (v) => v.toFixed(1) },
    legend: [["best", "all decisions together"], ["random", `a uniform draw: ${most.toFixed(2)}`]],
    paint: (svg, px, py, frame) => svg.append(
      draw("path", { class: "random", d: path([[frame.left, py(most)], [frame.right, py(most)]]) }),
      draw("path", { class: "best", d: path(entropy.map((e, i) => [px(learning.trials[i]), py(e)])) })),
    points: () => entropy.map((e, i) => [learning.trials[i], e, `after ${grouped(learning.trials[i])} trials: ${e.toFixed(3)} nats`]),
  });
  return true;
}

function optionName(decision, group) {
  const text = (option) => optionText(decision, decision.options.indexOf(option));
  return group.first === group.last ? text(group.first) : `${text(group.first)} – ${text(group.last)}`;
}

function importanceRow(decision, importance) {
  const best = Math.max(...importance.groups.map((g) => g.mean));
  return el("tr", {}, el("th", { scope: "row" }, importance.decision), el("td", {}, importance.groups.flatMap((g, i) => [i ? ", " : "",
    el(g.mean === best ? "strong" : "span", {}, `${optionName(decision, g)}: ${reward(g.mean)} (${grouped(g.trials)})`)])));
}

function showImportance(view, host) {
  const importance = view.importance;
  if (importance.networks < importance.needed) {
    host.append(el("p", { id: "too-few" }, `Importance needs at least ${grouped(importance.needed)} different networks with a ` +
      `reward; this study has ${grouped(importance.networks)}. With fewer, chance would look like importance.`));
    return true;
  }
  if (!importance.decisions.length) {
    host.append(el("p", {}, "All rewards are equal: no decision made a difference."));
    return true;
  }
  const byName = new Map(view.asked.decisions.map((d) => [d.name, d]));
  const sorted = [...importance.decisions].sort((a, b) => b.share - a.share);
  const all = sorted.reduce((sum, d) => sum + d.share, 0);
  host.append(el("p", {}, "How much of the rewards' variance (how far they differ) each decision explains, chance taken off. " +
    `All decisions together explain ${percent(all)}; the rest is what they do only jointly, and luck.`));
  host.append(el("div", { class: "bars" }, sorted.flatMap((d) => [el("span", {}, d.decision),
    draw("svg", { viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
      draw("rect", { class: "track", width: 100, height: 14 }), draw("rect", { class: "bar", width: 100 * d.share, height: 14 })),
    el("span", { class: "value share" }, percent(d.share))])));
  host.append(el("details", {}, el("summary", {}, "Mean reward of each option"), el("div", { class: "scroll" },
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "decision"), el("th", { scope: "col" }, "option: mean reward (networks)"))),
      el("tbody", {}, sorted.map((d) => importanceRow(byName.get(d.decision), d)))))));
  return true;
}
