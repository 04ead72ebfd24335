// The page of a study, drawn from the data that report/study_view.h describes: its sections, each a
// function that takes the view and its element; one that returns false is not shown.

function showReproduction(view, host) {
  const asked = view.asked, options = asked.options;
  if (asked.command) {
    host.append(el("p", {}, `This command gives the same study of ${grouped(view.trials.number.length)} trials, in any folder where there is ` +
      "none of its name yet, for any number of workers:"), commandBlock(asked.command, "command"));
    const there = [options.evaluator !== undefined ? "evaluator" : "", String(options.space).endsWith(".toml") ? "space file" : ""]
      .filter(Boolean).join(" and ");
    if (there) host.append(el("p", { class: "note" }, `Its ${there} must be found from that folder as well.`));
  } else host.append(el("p", {}, "The command was not kept with this study; its options were:"));
  host.append(facts([
    ["Data", dataName(view)],
    ["Samples", asked.samples],
    ["One split", asked.train && (options.child || {}).folds > 1
      ? `${grouped(asked.train)} for training, ${grouped(asked.validation)} for validation: how netsmith train divides them` : ""],
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
  const { best, found } = view, finished = view.trials.state.filter(hasEnded).length;
  const whose = found ? " (found)" : " (best by reward)", shown = found || best || {};
  const figures = [
    found ? ["Test accuracy" + whose, share(found.test), "found-test"] : null,
    ["Best reward", best ? reward(best.reward) : "–", "best-reward"], ["Trials", grouped(finished), "finished"],
    ["Parameters" + whose, shown.params ? grouped(shown.params) : "–", "best-params"],
    found ? null : ["Multiply-adds" + whose, shown.macs ? short(shown.macs) : "–", "best-macs"]];
  document.getElementById("figures").replaceChildren(...figures.filter(Boolean).map(([name, value, id]) =>
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
