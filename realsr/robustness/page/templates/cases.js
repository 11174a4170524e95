/** A cell's cases as a sorted plot: dots are the models, the grey line is the baseline they are sorted by. */
const casePlot = (metric, models, places, open) => {
  const width = Math.max(320, by("cell").clientWidth || 900), height = 240, left = 50, right = 10, top = 10, bottom = 22;
  const names = [...new Set([...models, report.baseline])].filter((name) => name !== null);
  const values = names.flatMap((name) => places.map((place) => score(metric.name, name, place))).filter((value) => value !== null);
  if (values.length < 2) return null;
  const low = Math.min(...values), room = Math.max(...values) - low || 1;
  const x = (order) => left + ((order + 0.5) / places.length) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / room) * (height - top - bottom);
  const base = (place) => score(metric.name, report.baseline ?? names[0], place);
  const sorted = [...places].sort((a, b) => (base(a) ?? Infinity) - (base(b) ?? Infinity));
  const chart = element("svg:svg", { viewBox: `0 0 ${width} ${height}`, role: "application", tabindex: 0,
    "aria-label": `${places.length} cases sorted by ${report.baseline}; left and right choose one, enter opens it` });
  for (const part of [0, 0.5, 1]) {
    const value = low + part * room;
    chart.append(element("svg:line", { class: "rule", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      element("svg:text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, shown(value, digits(metric))));
  }
  chart.append(element("svg:text", { x: left, y: height - 4 }, `hardest for ${report.baseline ?? names[0]}`),
    element("svg:text", { x: width - right, y: height - 4, "text-anchor": "end" }, "easiest"));
  if (report.baseline) {
    const line = sorted.map((place, order) => [order, base(place)]).filter(([, value]) => value !== null);
    chart.append(element("svg:polyline", { class: "curve c7", points: line.map(([order, value]) => `${x(order)},${y(value)}`).join(" ") }));
  }
  const radius = Math.max(1.6, Math.min(4, 400 / places.length));
  for (const name of models) {
    sorted.forEach((place, order) => {
      const value = score(metric.name, name, place);
      if (value === null) return;
      chart.append(element("svg:circle", { class: `dot ${model[name].ink}`, cx: x(order), cy: y(value), r: radius,
        click: () => open(place) },
        element("svg:title", {}, `${caseName(report.cases[place])}: ${name} ${shown(value, digits(metric))} ${metric.unit}`)));
    });
  }
  const mark = element("svg:circle", { class: "at", r: radius + 3, cx: -9, cy: -9 });
  chart.append(mark);
  let chosen = -1;
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen = Math.max(0, Math.min(sorted.length - 1, chosen + step));
      mark.setAttribute("cx", x(chosen));
      mark.setAttribute("cy", y(score(metric.name, models[0], sorted[chosen]) ?? low));
    } else if (event.key === "Enter" && chosen >= 0) open(sorted[chosen]);
  });
  return element("figure", {}, palette(names), chart,
    element("button", { type: "button", class: "quiet", click: () => saveChart(chart, `cases-${metric.name}`) }, "Save SVG"));
};

const palette = (names) => element("ul", { class: "palette" },
  ...names.map((name) => element("li", { class: model[name].ink }, element("i"), name)));

/** What tells a picture from the others of a cell: its draw where there are several, its set where there are. */
const pictureName = (item, column, drawn) => [item.image, drawn && `variant ${item.variant}`, column.sets.length > 1 && item.set].filter(Boolean).join(" · ");

/** One representative case of a column of many, which the matrix has no cell for. */
const showCase = (line, set) => {
  const metric = metricOf[state.metric];
  const places = report.cases.flatMap((item, place) => (item.set === set ? [place] : []));
  const all = line.models.flatMap((name) => places.map((place) => [score(metric.name, name, place), score(metric.name, report.baseline, place)]));
  const own = all.filter(([value]) => value !== null), both = own.filter(([, base]) => base !== null);
  const worse = both.filter(([value, base]) => quality(metric, value) < quality(metric, base));
  showCell(metric, line, { name: set, sets: [set] }, {
    mean: own.length ? { value: own.reduce((sum, [value]) => sum + value, 0) / own.length, low: null } : null,
    cases: own.length, below: both.length && !line.baseline ? worse.length / both.length : null,
    failed: line.models.flatMap((name) => places.filter((place) => report.failed[name]?.[place])).length, notes: [],
  });
};

/** Everything behind one cell of the matrix. */
const showCell = (metric, line, column, entry) => {
  const places = report.cases.flatMap((item, place) => (column.sets.includes(item.set) ? [place] : []));
  const drawn = places.some((place) => report.cases[place].variant);
  const subject = line.models[0];
  const against = (place) => {
    const value = score(metric.name, subject, place), base = score(metric.name, report.baseline, place);
    if (value === null) return null;
    return quality(metric, value) - (line.baseline || base === null ? 0 : quality(metric, base));
  };
  const order = [...places].sort((a, b) => (against(a) ?? -Infinity) - (against(b) ?? -Infinity));
  const kept = order.filter((place) => report.cases[place].pictures.length);
  const open = (place) => { if (kept.includes(place)) viewer(kept, kept.indexOf(place), metric.name, subject); };
  const facts = [
    entry.mean ? `${shown(entry.mean.value, digits(metric))} ${metric.unit} ${interval(entry.mean, digits(metric))}` : "not computed",
    `${entry.cases} cases`,
    entry.below === null ? null : `${column.sizes ? `${Math.round(entry.below * 100)} % of the draws` : Math.round(entry.below * entry.cases)} below ${report.baseline}`,
    entry.failed ? `${entry.failed} failed: ${reasons(line, places)}` : null,
    ...entry.notes.filter((note) => !["this is the diagonal", "this is the baseline"].includes(note)),
  ].filter(Boolean).join(" · ");
  const thumbs = kept.map((place) => {
    const item = report.cases[place], value = score(metric.name, subject, place), gap = against(place);
    const face = item.pictures.includes(subject) ? subject : item.pictures.at(-1);
    return element("li", {}, element("button", { type: "button", class: "thumb", click: () => open(place) },
      element("img", { src: address(item, face), alt: "", loading: "lazy", decoding: "async", width: 128, height: 128 }),
      element("span", { title: pictureName(item, column, drawn) }, pictureName(item, column, drawn)),
      element("span", { class: "gap" }, value === null ? "failed" : `${shown(value, digits(metric))} (${shown(gap, digits(metric), true)})`)));
  });
  by("cell").replaceChildren(
    element("h3", {}, line.baseline || line.trained_on === null ? `${lineName(line)} on ${column.name}` : `Trained on ${line.label}, tested on ${column.name}`),
    element("p", { class: "note" }, facts),
    ...[casePlot(metric, line.models, places, open)].filter(Boolean),
    element("ul", { class: "thumbs", "aria-label": "Pictures, worst first" }, ...thumbs));
};

const reasons = (line, places) => [...new Set(line.models.flatMap((name) =>
  places.map((place) => report.failed[name]?.[place]).filter(Boolean)))].join("; ");

const gallery = (metric) => report.gallery.map((card, order) => {
  const item = report.cases[card.case];
  const open = () => viewer(report.gallery.map((other) => other.case), order, metric.name, card.model);
  const tiles = [...siblings(item.pictures, card.model), ...(card.map ? [null] : [])].map((name) => {
    const value = name && model[name] ? score(metric.name, name, card.case) : null;
    return element("button", { type: "button", class: name === card.model ? "subject" : null, click: open },
      element("img", { src: name ? address(item, name) : card.map.at, alt: "", loading: "lazy", decoding: "async",
        width: 150, height: 150 }),
      { hr: "HR", lr: "LR" }[name] ?? name ?? "artefact map",
      element("small", { class: name || card.map.trusted ? null : "distrust" },
        name ? (value === null ? "" : `${shown(value, digits(metric))} ${metric.unit}`) : card.map.words));
  });
  return element("article", { class: "card" },
    element("h3", {}, caseName(item), element("span", {},
      `${card.model} ${shown(card.gap, digits(metric), true)} ${metric.unit} against ${report.baseline}`)),
    element("div", { class: "strip" }, ...tiles), ...about(card.case, card.model));
});
