/** SEAL's scores follow the metric, for all losses together. */
const drawPanels = () => {
  const metric = metricOf[state.metric];
  const found = report.panels.filter((panel) => panel.metric === metric.name && panel.scores.some((score) => !score.refused));
  by("panels").replaceChildren(...found.flatMap((panel) => [
    element("h3", {}, `${panel.scope}: ${metric.title}, ${panel.cases} case${panel.cases === 1 ? "" : "s"}`),
    element("div", { class: "scroll" }, panelTable(panel, metric)),
    ...panelNotes(panel).map((words) => element("p", { class: "note" }, words)),
  ]), ...(found.length ? [] : [element("p", { class: "note" }, `${metric.title} is not judged; the reason stands below.`)]));
};

const panelTable = (panel, metric) => {
  const unit = metric.unit ? `, ${metric.unit}` : "";
  const head = ["model", "loss", "AR", "95 % interval", "RPR I", "RPR A", "RPR U", "cases", `5 % tail${unit}`, `beyond it${unit}`];
  return element("table", { class: "plain panel" },
    element("thead", {}, element("tr", {}, ...head.map((name, place) => element("th", { scope: "col", class: place > 1 ? "n" : null }, name)))),
    element("tbody", {}, ...panel.scores.flatMap((score) => panelRows(score, metric, head.length))));
};

const panelRows = (score, metric, width) => {
  const names = [element("td", {}, score.name), element("td", {}, score.loss ?? "–")];
  if (score.refused) return [element("tr", {}, ...names, element("td", { class: "refused", colspan: width - 2 }, score.refused))];
  const number = (text, title) => element("td", { class: "n", title: title || null }, text);
  const ends = score.low === null ? "too few to tell" : `[${shown(score.low, 2)}, ${shown(score.high, 2)}]`;
  const part = (value) => number(value === null && score.rpr_cases ? "none" : shown(value, 2), score.rpr_why);
  const cases = score.rpr_cases && score.rpr_cases !== score.cases ? `${score.cases} (RPR ${score.rpr_cases})` : `${score.cases}`;
  return [
    element("tr", {}, ...names, number(shown(score.ar, 2)), number(ends, score.why), part(score.rpr_i), part(score.rpr_a), part(score.rpr_u),
      number(cases), number(shown(score.tail, digits(metric))), number(shown(score.beyond, digits(metric)))),
    element("tr", { class: "below" }, element("td", { colspan: width }, element("small", {}, ...worstCases(score, metric)))),
  ];
};

/** Case by case a way to its cell of the matrix, then to the worst single picture. */
const worstCases = (score, metric) => {
  const link = (text, gap, click) => [element("button", { type: "button", class: "link", click }, text), ` ${shown(gap, digits(metric), true)}`];
  const cases = score.worst.flatMap(([set, gap]) => [", ", ...link(set, gap, () => openCell(score.models, set))]).slice(1);
  const [picture] = score.pictures;
  return ["worst: ", ...cases, ...(picture ? ["; worst picture ",
    ...link(`${picture.image} · ${picture.case}`, picture.gap, () => openPicture(score.models, picture))] : [])];
};

/** What is left out and why, and why numbers are missing; rows that say the same say it once. */
const panelNotes = (panel) => {
  const said = new Map();
  const say = (words, score) => said.set(words, [...(said.get(words) ?? []), score.name]);
  for (const score of panel.scores.filter((one) => !one.refused)) {
    if (score.why) say(`No interval for AR: ${score.why}.`, score);
    if (score.degenerate.length) {
      say(`Degenerate lines in ${score.degenerate.length} of ${panel.cases} cases, left out: excellence is not above acceptance in ${score.degenerate.join(", ")}.`, score);
    }
    if (score.without.length) say(`Without a score: ${reasoned(score.without, panel.cases)}.`, score);
    if (score.lineless.length) say(`In AR and tail but not in RPR, for want of an excellence line: ${reasoned(score.lineless, panel.cases)}.`, score);
  }
  const judged = panel.scores.filter((one) => !one.refused).length;
  return [...said].map(([words, names]) => (names.length === judged ? words : `${names.join(", ")}: ${words}`));
};

/** Cases by reason; one that names its case, or the loss, would be another one in every case and row. */
const reasoned = (cases, all) => {
  const sets = new Map();
  for (const [set, reason] of cases) {
    const general = reason.replaceAll(set, "it").replace(/ with loss .*$/, "");
    sets.set(general, [...(sets.get(general) ?? []), set]);
  }
  return [...sets].map(([reason, names]) => `${names.length === all ? "every case" : names.join(", ")} (${reason})`).join("; ");
};

/** Chooses the cell of the first of these models on a set, in whichever tab has it; of a column that holds several
    sets, shows this one. */
const openCell = (models, set) => {
  const column = report.columns.findIndex((one) => one.sets.includes(set));
  for (const loss of [state.loss, ...report.losses]) {
    const row = report.grids[`${state.metric}/${loss}`].lines.findIndex((line) => line.models.includes(models[0]));
    if (row >= 0) {
      if (loss !== state.loss) chooseLoss(loss);
      chooseCell(row, column);
      if (report.columns[column].sets.length > 1) showCase(grid().lines[row], set);
      by("cell").scrollIntoView({ block: "start" });
      pressed().focus({ preventScroll: true });
      return;
    }
  }
};

const openPicture = (models, picture) => {
  const place = report.cases.findIndex((item) => item.set === picture.case && item.image === picture.image && item.pictures.length);
  if (place < 0) openCell(models, picture.case);
  else viewer([place], 0, state.metric, models[0]);
};
