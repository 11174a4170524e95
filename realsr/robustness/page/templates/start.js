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

state.metric = by("metric").value;
by("metric").addEventListener("change", (event) => { state.metric = event.target.value; redraw(); });
hardest();
const chooseLoss = tabs(by("loss"), (loss) => { state.loss = loss; redraw(); });
tabs(by("view"), (view) => { state.view = view; redraw(); });
chooseLoss(state.loss);
by("loss").hidden = report.losses.length < 2;
by("gallery").replaceChildren(...gallery(metricOf[state.metric]));
