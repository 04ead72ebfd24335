// The sections about what was asked, what was found, and what that was worth.

const CONTROLLERS = {
  sequence: "a recurrent controller",
  state: "a recurrent controller",
  independent: "a controller with a softmax for each decision",
};
const STRATEGIES = {
  reinforce: "CONTROLLER, trained by REINFORCE,",
  guided: "CONTROLLER, trained by REINFORCE and guided by Gaussian processes that predict rewards,",
  gp: "a Gaussian process that predicts rewards",
  local: "local search",
  evolution: "regularized evolution, which changes the best networks,",
  random: "random search",
};

function strategyText(options) {
  const controller = CONTROLLERS[(options.controller || {}).policy] || "a controller";
  return (STRATEGIES[options.strategy] || options.strategy || "").replace("CONTROLLER", controller);
}

function askedText(view) {
  const options = view.asked.options, child = options.child, count = view.trials.number.length;
  const strategy = strategyText(options);
  return `A network for ${dataName(view)}` +
    (view.asked.shape ? ` (samples of ${view.asked.shape.join("×")}, ${view.asked.classes} classes)` : "") +
    `, out of the space ${options.space || view.asked.space}. ` +
    (strategy ? `${capital(strategy)} proposed ${grouped(count)} of them` : "") +
    (options.batch ? `, ${grouped(options.batch)} at a time. ` : ". ") +
    (options.evaluator !== undefined ? "A program of its own gave the rewards."
      : child ? `Each was trained for ${child.epochs} epoch${child.epochs === 1 ? "" : "s"}, and its ${rewardMeaning(view)} was its reward.` : "");
}

function showAsked(view, host) {
  const asked = view.asked, child = asked.options.child || {}, finished = view.trials.state.filter(hasEnded).length;
  host.append(el("p", {}, askedText(view)));
  if (asked.rewards_are_test) {
    host.append(el("p", { class: "warning" }, "The rewards were measured on the TEST SET, as in the original " +
      "procedure: the choice has seen it, and no test accuracy of this study says anything."));
  }
  const limits = [["macs", "multiply-adds"], ["params", "parameters"], ["latency_us", "µs for an answer"]]
    .map(([key, name]) => [child["max_" + key] || asked.options["max_" + key], name])
    .filter(([value]) => value > 0).map(([value, name]) => `at most ${grouped(value)} ${name}`);
  const power = asked.decisions.reduce((sum, d) => sum + Math.log10(d.options.length), 0);
  host.append(facts([
    ["Networks", [`${asked.decisions.length} decisions, about 10`, el("sup", {}, power.toFixed(0)), " combinations"]],
    ["Limits", limits.join(", ")],
    ["Samples", asked.samples],
    ["Trials", (asked.trials > finished ? `${grouped(finished)} of ${grouped(asked.trials)} have ended. ` : "") + statesText(view.states)]]));
  if (asked.resume) {
    host.append(el("p", {}, "The search was stopped before its end. This command goes on with it:"),
      commandBlock(asked.resume, "resume"));
  }
}

/// How to train a network in full, where that was not done.
function trainCommand(view, network) {
  const data = Object.entries(view.asked.options.data_options || {})
    .map(([name, value]) => ` --${name}=${quoteShell(String(value))}`).join("");
  return `netsmith train --network=${quoteShell(network)} --data=${quoteShell(view.asked.data || dataName(view))}` + data;
}

/// Rows that every network has.
const networkRows = (network) => [
  ["Network", el("code", {}, network.network)],
  ["Trial", network.trial === null ? undefined : grouped(network.trial)],
  ["Parameters", network.params ? grouped(network.params) : undefined],
  ["Multiply-adds", network.macs ? grouped(network.macs) : undefined],
  ["Layers", network.form && network.form.length > 160
    ? el("details", {}, el("summary", {}, "in words"), network.form) : network.form]];

function networkFigure(network, name) {
  const parsed = new DOMParser().parseFromString(network.svg, "image/svg+xml").documentElement;
  return el("figure", { class: "drawn" }, el("figcaption", {}, `Drawing of ${name}`),
    el("div", { class: "network", tabindex: 0, role: "group", "aria-label": `Drawing of ${name}` },
      document.importNode(parsed, true)));
}

function foundFacts(view) {
  const found = view.found, best = view.best;
  const among = found.finalists > 1 ? `, of the ${found.finalists} that were trained` : "";
  const parts = [el("p", {}, el("strong", {}, "Found"), `: best on validation after full training${among}.`),
    facts([["Validation accuracy", share(found.validation) + ", after full training"],
      ["Test accuracy", share(found.test)],
      ["Reward", rewardText(view, found.reward)],
      ...networkRows(found)])];
  if (found.ensemble) {
    parts.push(el("h3", {}, "Ensemble"), el("p", {}, `The ${found.finalists} that were trained, joined to one network:`),
      facts([["Validation accuracy", share(found.ensemble.validation)], ["Test accuracy", share(found.ensemble.test)]]));
  }
  if (!best) return parts;
  parts.push(el("h3", {}, "Best by reward"));
  if (best.network === found.network) {
    parts.push(el("p", {}, "The same network had the best reward of the search."));
  } else {
    parts.push(el("p", {}, "Another network had the best reward, which is measured after a short training:"),
      facts([["Reward", rewardText(view, best.reward)], ...networkRows(best).slice(0, 4)]));
  }
  return parts;
}

function bestFacts(view) {
  const best = view.best, trained = option(view, "evaluator") === undefined;
  return [el("p", {}, el("strong", {}, "Best by reward"), trained ? ". No network was trained in full yet." : "."),
    facts([["Reward", rewardText(view, best.reward)], ...networkRows(best)]),
    el("h3", {}, "Train it in full"), commandBlock(trainCommand(view, best.network)),
    trained && !view.asked.rewards_are_test
      ? el("p", { class: "note" }, "The best of many measured rewards is partly luck: on fresh data, " +
        "expect a little less. A full training is judged on the test set.") : null];
}

function showFound(view, host) {
  const shown = view.found || view.best;
  if (!shown) {
    host.append(el("p", {}, "No trial is complete yet."));
    return;
  }
  host.append(el("div", { class: "columns found" }, el("div", {}, view.found ? foundFacts(view) : bestFacts(view)),
    shown.svg ? networkFigure(shown, view.found ? "the found network" : "the best network by reward") : null));
}

/// The network's part in the comparison, and whether it had the best reward.
function roleText(view, network) {
  const isBest = view.best && network.network === view.best.network && network.role !== "hand-made";
  return network.role + (isBest ? ", best by reward" : "");
}

function networkTable(view, networks) {
  const columns = ["test accuracy", "validation", "reward", "parameters", "multiply-adds", "learning rate"];
  return el("div", { class: "scroll" }, el("table", { id: "compared" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "network"), columns.map((name) => el("th", { scope: "col", class: "number" }, name)))),
    el("tbody", {}, networks.map((n) => el("tr", { class: n.role === "found" ? "best" : null },
      el("th", { scope: "row" }, roleText(view, n), el("div", {}, el("code", {}, n.network))),
      [share(n.mean) + (n.test_accuracy.length > 1 && n.sd !== null ? ` ± ${(100 * n.sd).toFixed(2)}` : ""),
        share(mean(n.validation_accuracy)), reward(n.reward), grouped(n.params), grouped(n.macs), n.learning_rate === null ? "" : String(n.learning_rate)]
        .map((text) => el("td", { class: "number" }, text)))))));
}

function showComparison(view, host) {
  const comparison = view.comparison;
  const networks = comparison.networks || [];
  if (!networks.length && !comparison.random) return false;
  if (networks.length) {
    if (comparison.verdict) host.append(el("p", {}, sentence(comparison.verdict)));
    host.append(el("p", { class: "note" }, "Each trained in full, at the learning rate that is best on validation; an ensemble is the finalists' mean. " +
      "Found: the study's best on validation after full training."), networkTable(view, networks));
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
        `${interval(random.mean_difference)}. The intervals (bootstrap over the trials) hold the luck of the proposals, not of the trainings.`));
  }
  return true;
}
