/** The number, its small print and its colour (-1 worse .. 1 better) of a cell in each view. */
const views = {
  absolute: (entry, metric, scale) => ({
    text: shown(entry.mean?.value, digits(metric)), small: half(entry.mean, metric),
    tint: entry.drop ? -entry.drop.value / scale : 0,
    legend: "Colour: against the model trained for that degradation (◆). ± is half the 95 % interval.",
  }),
  drop: (entry, metric, scale) => ({
    text: shown(entry.drop?.value, digits(metric), true), small: interval(entry.drop, digits(metric)),
    tint: entry.drop ? -entry.drop.value / scale : 0,
    legend: "Loss against the model trained for that degradation (◆); paired by image, 95 % interval. Higher is worse.",
  }),
  gain: (entry, metric, scale) => ({
    text: shown(entry.gain?.value, digits(metric), true), small: interval(entry.gain, digits(metric)),
    tint: entry.gain ? entry.gain.value / scale : 0,
    legend: `Gain over ${report.baseline}; paired by image, 95 % interval. Higher is better.`,
  }),
  below: (entry) => ({
    text: entry.below === null ? "–" : `${Math.round(entry.below * 100)} %`,
    small: entry.below === null ? "" : `${Math.round(entry.below * entry.cases)} of ${entry.cases}`,
    tint: entry.below === null ? 0 : -entry.below,
    legend: `Share of cases worse than ${report.baseline}.`,
  }),
  rpr: (entry) => ({
    text: shown(entry.rpr, 3), small: "", tint: entry.rpr === null ? 0 : Math.max(-1, (entry.rpr - 0.5) * 4),
    legend: `Relative performance ratio: 0.5 is ${report.baseline}, 0.731 the model trained for that degradation (◆).`,
  }),
};
const half = (found, metric) =>
  found && found.low !== null ? `± ${shown((found.high - found.low) / 2, digits(metric))}` : "";

const state = { metric: "", loss: report.losses[0], view: "absolute", row: 0, column: 0 };
const grid = () => report.grids[`${state.metric}/${state.loss}`];
const diagonal = (line, column) => line.trained_on !== null && line.trained_on === report.sets[column].name;

/** The largest difference of the metric: one scale of colour for all losses, so that tabs compare. */
const reach = (metric, view) => {
  const key = view === "gain" ? "gain" : "drop";
  const all = report.losses.flatMap((loss) => report.grids[`${metric.name}/${loss}`].entries.flat());
  return Math.max(1e-9, ...all.map((entry) => Math.abs(entry[key]?.value ?? 0)));
};

const cellButton = (line, entry, row, column, metric, scale) => {
  const found = views[state.view](entry, metric, scale);
  const tint = Math.max(-1, Math.min(1, found.tint));
  const button = element("button", { type: "button", "data-row": row, "data-column": column, tabindex: -1,
    "aria-pressed": row === state.row && column === state.column, class: diagonal(line, column) ? "diagonal" : null,
    "aria-label": `${lineName(line)} on ${report.sets[column].name}: ${found.text} ${found.small}`,
    title: [...entry.notes, entry.holm !== null && `Holm p = ${shown(entry.holm, 3)}`].filter(Boolean).join("; ") || null },
    element("b", {}, found.text), element("small", {}, entry.failed ? `${entry.failed} failed` : found.small || " "));
  button.style.setProperty("--tint", `var(--${tint < 0 ? "worse" : "better"})`);
  button.style.setProperty("--much", Math.abs(tint).toFixed(3));
  return element("td", {}, button);
};

const rowSum = (entries, metric) => {
  const key = { absolute: "mean", drop: "drop", gain: "gain" }[state.view];
  const values = entries.map((entry) => (key ? entry[key]?.value : entry[state.view])).filter((value) => typeof value === "number");
  if (!values.length) return "–";
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return state.view === "below" ? `${Math.round(mean * 100)} %` : shown(mean, state.view === "rpr" ? 3 : digits(metric), key && key !== "mean");
};

const drawMatrix = () => {
  const metric = metricOf[state.metric], found = grid(), scale = reach(metric, state.view);
  state.row = Math.min(state.row, found.lines.length - 1);
  const head = element("thead", {}, element("tr", {}, element("th", { class: "axis", scope: "col" }, "trained on ↓  tested on →"),
    ...report.sets.map((set) => element("th", { scope: "col" }, set.name)), element("th", { scope: "col" }, "mean")));
  const body = found.lines.map((line, row) => element("tr", { class: line.baseline ? "baseline" : null },
    element("th", { scope: "row" }, lineName(line)),
    ...found.entries[row].map((entry, column) => cellButton(line, entry, row, column, metric, scale)),
    element("td", {}, element("span", { class: "sum" }, rowSum(found.entries[row], metric), element("small", {}, " ")))));
  by("grid").replaceChildren(element("table", { class: "matrix" }, head, element("tbody", {}, ...body)));
  by("legend").textContent = views[state.view](found.entries[0][0], metric, scale).legend;
  pressed()?.setAttribute("tabindex", 0);
  const place = pressed()?.parentElement;
  if (place) by("grid").scrollLeft = place.offsetLeft - by("grid").clientWidth / 2;
};
const pressed = () => by("grid").querySelector(`[data-row="${state.row}"][data-column="${state.column}"]`);

const chooseCell = (row, column) => {
  const found = grid();
  if (!found.entries[row]?.[column]) return;
  for (const old of by("grid").querySelectorAll("[aria-pressed=true]")) {
    old.setAttribute("aria-pressed", false);
    old.tabIndex = -1;
  }
  Object.assign(state, { row, column });
  pressed().setAttribute("aria-pressed", true);
  pressed().tabIndex = 0;
  showCell(metricOf[state.metric], found.lines[row], report.sets[column].name, found.entries[row][column]);
};

by("grid").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) chooseCell(Number(button.dataset.row), Number(button.dataset.column));
});
by("grid").addEventListener("keydown", (event) => {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!step) return;
  event.preventDefault();
  chooseCell(state.row + step[0], state.column + step[1]);
  pressed().focus();
});

/** The statistics below follow the matrix. */
const drawStatistics = () => {
  const metric = metricOf[state.metric], found = grid(), places = digits(metric);
  const rows = found.lines.flatMap((line, row) => found.entries[row].flatMap((entry, column) =>
    (entry.drop && !line.baseline ? [[line.label, report.sets[column].name, entry]] : [])));
  by("power").textContent = found.power;
  by("drops").replaceChildren(table(["trained on", "tested on", "drop", "95 % interval", "p", "p (Holm)"], 2,
    rows.map(([line, set, entry]) => ({ sure: entry.holm !== null && entry.holm < 0.05,
      cells: [line, set, shown(entry.drop.value, places, true), interval(entry.drop, places) || "too few to tell",
        probability(entry.p), probability(entry.holm)] }))));
  by("standings").replaceChildren(table(["model", `mean ${metric.title}`, "", "best in", "beats the next in", `5 % tail over ${report.baseline}`], 1,
    found.standings.map((line) => ({ cells: [line.name, shown(line.value, places), metric.unit,
      `${Math.round(line.first * 100)} %`, line.next === null ? "" : `${Math.round(line.next * 100)} %`,
      line.tail === null ? "" : shown(line.tail, places, true)] }))));
};
const probability = (value) => (value === null ? "–" : value < 0.001 ? "< 0.001" : shown(value, 3));
const table = (head, words, rows) => element("table", { class: "plain" },
  element("thead", {}, element("tr", {}, ...head.map((name, place) => element("th", { scope: "col", class: place >= words ? "n" : null }, name)))),
  element("tbody", {}, ...rows.map((row) => element("tr", { class: row.sure ? "sure" : null },
    ...row.cells.map((cell, place) => element("td", { class: place >= words ? "n" : null }, cell))))));
