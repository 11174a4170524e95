const redraw = () => {
  drawMatrix();
  chooseCell(state.row, state.column);
  drawStatistics();
  drawPanels();
  drawCases();
  for (const figure of document.querySelectorAll("#sweeps figure")) {
    figure.hidden = figure.dataset.metric !== state.metric;
  }
};

/** The page opens on the cell that lost most. */
const hardest = () => {
  let worst = -Infinity;
  for (const loss of report.losses) {
    report.grids[`${state.metric}/${loss}`].entries.forEach((entries, row) => entries.forEach((entry, column) => {
      if (!report.grids[`${state.metric}/${loss}`].lines[row].baseline && (entry.drop?.value ?? -Infinity) > worst) {
        worst = entry.drop.value;
        Object.assign(state, { loss, row, column });
      }
    }));
  }
};

const theme = (name) => { document.documentElement.dataset.theme = name; };
const dark = matchMedia("(prefers-color-scheme: dark)");
const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
theme(remembered() ?? (dark.matches ? "dark" : "light"));
dark.addEventListener("change", () => { if (!remembered()) theme(dark.matches ? "dark" : "light"); });
by("theme").addEventListener("click", () => {
  const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  theme(name);
  try { localStorage.setItem("theme", name); } catch { /* a browser may keep nothing for pages on disk */ }
});

state.metric = by("metric").value;
by("metric").addEventListener("change", (event) => { state.metric = event.target.value; redraw(); });
hardest();
const chooseLoss = tabs(by("loss"), (loss) => { state.loss = loss; redraw(); });
tabs(by("view"), (view) => { state.view = view; redraw(); });
chooseLoss(state.loss);
by("loss").hidden = report.losses.length < 2;
by("gallery").replaceChildren(...gallery(metricOf[state.metric]));
for (const button of document.querySelectorAll(".save")) {
  const figure = button.closest("figure");
  button.addEventListener("click", () => saveChart(figure.querySelector("svg"), figure.querySelector("figcaption").textContent));
}
