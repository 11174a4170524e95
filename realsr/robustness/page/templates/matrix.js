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
    holm: entry.holm, legend: "Loss against the model trained for that degradation (◆); paired by image, 95 % interval. Higher is worse. * Holm p < 0.05.",
  }),
  gain: (entry, metric, scale) => ({
    text: shown(entry.gain?.value, digits(metric), true), small: interval(entry.gain, digits(metric)),
    tint: entry.gain ? entry.gain.value / scale : 0,
    holm: entry.gain_holm, legend: `Gain over ${report.baseline}; paired by image, 95 % interval. Higher is better. * Holm p < 0.05.`,
  }),
  below: (entry, metric, scale, column) => ({
    text: entry.below === null ? "–" : `${Math.round(entry.below * 100)} %`,
    small: entry.below === null ? "" : belowWords(entry, column),
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

/** Pictures can be counted unless draws weigh them. */
const belowWords = (entry, column) => (column.sizes ? "of the draws" : `${Math.round(entry.below * entry.cases)} of ${entry.cases}`);
const sure = (holm) => (holm ?? 1) < 0.05;

const state = { metric: "", loss: report.losses[0], view: "absolute", row: 0, column: 0 };
const grid = () => report.grids[`${state.metric}/${state.loss}`];
const diagonal = (line, column) => line.trained_on !== null && line.trained_on === report.columns[column].name;

/** The largest difference of the metric: one scale of colour for all losses, so that tabs compare. */
const reach = (metric, view) => {
  const key = view === "gain" ? "gain" : "drop";
  const all = report.losses.flatMap((loss) => report.grids[`${metric.name}/${loss}`].entries.flat());
  return Math.max(1e-9, ...all.map((entry) => Math.abs(entry[key]?.value ?? 0)));
};

const cellButton = (line, entry, row, column, metric, scale) => {
  const name = report.columns[column].name, found = views[state.view](entry, metric, scale, report.columns[column]);
  const told = { "drop: ": entry.holm, "gain: ": entry.gain_holm };
  const tint = Math.max(-1, Math.min(1, found.tint));
  const button = element("button", { type: "button", "data-row": row, "data-column": column, tabindex: -1,
    "aria-pressed": row === state.row && column === state.column, class: [diagonal(line, column) && "diagonal", sure(found.holm) && "sure"].filter(Boolean).join(" ") || null,
    "aria-label": `${lineName(line)} on ${name}: ${found.text} ${found.small}${sure(found.holm) ? ", Holm p below 0.05" : ""}`,
    title: [...entry.notes, ...Object.entries(told).map(([of, holm]) => holm !== null && `${of}Holm p ${probability(holm)}`)].filter(Boolean).join("; ") || null },
    element("b", {}, found.text), element("small", {}, entry.failed ? `${entry.failed} failed` : found.small || " "));
  button.style.setProperty("--tint", `var(--${tint < 0 ? "worse" : "better"})`);
  button.style.setProperty("--much", Math.abs(tint).toFixed(3));
  return element("td", {}, button);
};

/** Over the columns; one that is weighted by draws shows again what the one beside it does. */
const rowSum = (all, metric) => {
  const entries = all.filter((entry, column) => !report.columns[column].sizes);
  const key = { absolute: "mean", drop: "drop", gain: "gain" }[state.view];
  const values = entries.map((entry) => (key ? entry[key]?.value : entry[state.view])).filter((value) => typeof value === "number");
  if (!values.length) return "–";
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return state.view === "below" ? `${Math.round(mean * 100)} %` : shown(mean, state.view === "rpr" ? 3 : digits(metric), key && key !== "mean");
};

const pooledTitle = "Each image's mean over these cases; intervals are over images, the cases are taken as given";

const drawMatrix = () => {
  const metric = metricOf[state.metric], found = grid(), scale = reach(metric, state.view);
  state.row = Math.min(state.row, found.lines.length - 1);
  const head = element("thead", {}, element("tr", {}, element("th", { class: "axis", scope: "col" }, "trained on ↓  tested on →"),
    ...report.columns.map((column) => element("th", { scope: "col", title: column.sets.length > 1 ? pooledTitle : null }, column.name)), element("th", { scope: "col" }, "mean")));
  const body = found.lines.map((line, row) => element("tr", { class: line.baseline ? "baseline" : null },
    element("th", { scope: "row" }, lineName(line)),
    ...found.entries[row].map((entry, column) => cellButton(line, entry, row, column, metric, scale)),
    element("td", {}, element("span", { class: "sum" }, rowSum(found.entries[row], metric), element("small", {}, " ")))));
  by("grid").replaceChildren(element("table", { class: "matrix" }, head, element("tbody", {}, ...body)));
  by("legend").textContent = views[state.view](found.entries[0][0], metric, scale, report.columns[0]).legend;
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
  showCell(metricOf[state.metric], found.lines[row], report.columns[column], found.entries[row][column]);
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
  by("power").textContent = found.power;
  by("drops").replaceChildren(comparisons("drop", places, (entry) => [entry.drop, entry.p, entry.holm]));
  by("gains").replaceChildren(comparisons("gain", places, (entry) => [entry.gain, entry.gain_p, entry.gain_holm]));
  by("standings").replaceChildren(table(["model", `mean ${metric.title}`, "", "best in", "beats the next in", `5 % tail over ${report.baseline}`], 1,
    found.standings.map((line) => ({ cells: [line.name, shown(line.value, places), metric.unit,
      `${Math.round(line.first * 100)} %`, line.next === null ? "" : `${Math.round(line.next * 100)} %`,
      line.tail === null ? "" : shown(line.tail, places, true)] }))));
};
/** A row for every cell that has the comparison; `of` gives it with its p and Holm's p. */
const comparisons = (title, places, of) => {
  const found = grid();
  const rows = found.lines.flatMap((line, row) => found.entries[row].flatMap((entry, column) =>
    (of(entry)[0] && !line.baseline ? [[line, report.columns[column].name, ...of(entry)]] : [])));
  if (!rows.length) return element("p", { class: "note" }, "No cell has one.");
  return table(["trained on", "tested on", title, "95 % interval", "p", "p (Holm)"], 2,
    rows.map(([line, name, difference, p, holm]) => ({ sure: sure(holm), cells: [line.label, name,
      shown(difference.value, places, true), interval(difference, places) || "too few to tell", probability(p), probability(holm)] })));
};
const probability = (value) => (value === null ? "–" : value < 0.001 ? "< 0.001" : shown(value, 3));
const table = (head, words, rows) => element("table", { class: "plain" },
  element("thead", {}, element("tr", {}, ...head.map((name, place) => element("th", { scope: "col", class: place >= words ? "n" : null }, name)))),
  element("tbody", {}, ...rows.map((row) => element("tr", { class: row.sure ? "sure" : null },
    ...row.cells.map((cell, place) => element("td", { class: place >= words ? "n" : null }, cell))))));
