const report = window.REPORT;
const model = Object.fromEntries(report.models.map((found) => [found.name, found]));
const metricOf = Object.fromEntries(report.metrics.map((found) => [found.name, found]));
/** The models worth seeing beside one another: those of one loss, and the baseline. */
const siblings = (names, subject) => names.filter((name) => !model[name] || name === report.baseline || !subject ||
  subject === report.baseline || model[name].loss === model[subject].loss);
const lineName = (line) => (line.baseline ? `${line.label} (no model)` : line.label);

const quality = (metric, value) =>
  metric.better === "lower" ? -value : metric.better === "higher" ? value : -Math.abs(value - 1);

const digits = (metric) => (metric.unit === "dB" ? 2 : 3);

const address = (item, name) => `${item.at}/${encodeURIComponent(name)}.png`;
const score = (metric, name, index) => report.scores[metric][name]?.[index] ?? null;
const caseName = (item) => `${item.image} · ${item.set}${!item.variant ? "" : ` · ${item.variant}`}`;
