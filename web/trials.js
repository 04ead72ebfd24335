// The table of all trials. Its choices outlive a redrawing of the page.

const PAGE_ROWS = 50;

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
    if (x !== y) return sign * (x < y ? -1 : 1);
    const loss = (i) => trials.loss[i] ?? Infinity;  // which settles equal rewards
    return table.sort === "reward" && loss(a) !== loss(b) ? -sign * (loss(a) < loss(b) ? -1 : 1) : a - b;
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
      const names = [view.found && view.found.trial === trials.number[i] ? "found" : "",
        view.best && view.best.trial === trials.number[i] ? "best by reward" : "", remark(trials, i)];
      const note = names.filter(Boolean).join(", ");
      return el("tr", { class: names[0] || names[1] ? "best" : null },
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
  el("div", { class: "scroll" }, el("table", { id: "trials" }, el("caption", {}, "A click on a heading sorts"),
    el("thead", {}, el("tr", {}, headings)), body)),
  el("div", { class: "tools pages" }, back, next, count));
  refresh();
  return true;
}
