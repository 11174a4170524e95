/** Representative cases: a row a case, a column a model, sorted by the chosen column. */
const sorting = { by: "draws" };

const drawCases = () => {
  if (!by("representative")) return;
  const metric = metricOf[state.metric];
  const names = grid().lines.flatMap((line) => line.models);
  const found = report.sets.filter((set) => set.size).map((set) => ({ set, means: Object.fromEntries(names.map((name) => [name, caseMean(metric, name, set.name)])) }));
  if (sorting.by !== "draws" && !names.includes(sorting.by)) sorting.by = "draws";
  const rank = (one) => (sorting.by === "draws" ? -one.set.size
    : one.means[sorting.by] === null ? Infinity : quality(metric, one.means[sorting.by]));
  found.sort((a, b) => rank(a) - rank(b));
  const down = sorting.by === "draws" || metric.better === "lower";
  const column = (name) => element("th", { scope: "col", class: "n", "aria-sort": sorting.by === name ? (down ? "descending" : "ascending") : null },
    element("button", { type: "button", "data-sort": name, click: () => sortCases(name) }, name));
  by("representative").replaceChildren(element("table", { class: "plain cases" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col", colspan: 2 }, "case"), column("draws"), ...names.map(column),
      element("th", { scope: "col", class: "what" }, "degradation"))),
    element("tbody", {}, ...found.map((one) => caseRow(one, names, metric)))));
};

const sortCases = (name) => {
  sorting.by = name;
  drawCases();
  by("representative").querySelector("th[aria-sort] button").focus();
};

const caseMean = (metric, name, set) => {
  const values = report.cases.flatMap((item, place) => (item.set === set ? [score(metric.name, name, place)] : [])).filter((value) => value !== null);
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
};

const caseRow = ({ set, means }, names, metric) => {
  const best = Math.max(...names.map((name) => (means[name] === null ? -Infinity : quality(metric, means[name]))));
  return element("tr", {}, element("td", {}, caseThumb(set)),
    element("th", { scope: "row" }, set.name),
    element("td", { class: "n" }, set.size.toLocaleString("en"), element("small", {}, `${shown((set.size / set.pool) * 100, 1)} %`)),
    ...names.map((name) => {
      const value = means[name], top = value !== null && quality(metric, value) === best;
      return element("td", { class: "n" }, value === null ? "–"
        : element("button", { type: "button", class: "score", click: () => openCell([name], set.name) },
          element(top ? "b" : "span", {}, shown(value, digits(metric)))));
    }),
    element("td", { class: "what" }, element("small", {}, set.words.map((place) => report.texts[place]).join(" → "))));
};

const caseThumb = (set) => {
  const kept = report.cases.flatMap((item, place) => (item.set === set.name && item.pictures.includes("lr") ? [place] : []));
  if (!kept.length) return null;
  const item = report.cases[kept[0]];
  return element("button", { type: "button", class: "thumb", "aria-label": `Pictures of ${set.name}`, click: () => viewer(kept, 0, state.metric, report.baseline) },
    element("img", { src: address(item, "lr"), alt: "", loading: "lazy", decoding: "async", width: 64, height: 64 }));
};
