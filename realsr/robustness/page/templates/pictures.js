/** What the viewer shows of a case: its pictures with their scores, and the map of a card. */
const shownPictures = (index, { metric, subject }, whole) => {
  const item = report.cases[index], { unit } = metricOf[metric];
  const map = report.gallery.find((card) => card.case === index)?.map;
  const names = whole ? item.pictures : siblings(item.pictures, subject);
  const scored = names.map((name) => {
    const value = model[name] ? score(metric, name, index) : null;
    return { name, label: { hr: "HR", lr: "LR" }[name] ?? name, source: address(item, name),
      words: value === null ? "" : `${shown(value, digits(metricOf[metric]))} ${unit}` };
  });
  return map ? [...scored, { name: "artefact map", label: "artefact map", source: map.at, words: map.words, alarm: !map.trusted, foreign: true }] : scored;
};

const openViewer = pictureViewer({
  title: (index) => caseName(report.cases[index]), pictures: shownPictures, base: report.baseline,
  about: (index, { subject }) => about(index, subject),
});
/** list: places of cases to walk through; subject: the model whose failing is looked at. */
const viewer = (list, place, metric, subject) => openViewer(list, place, { metric, subject });

/** The trace in words and the command that makes the case again. */
function about(index, subject) {
  const item = report.cases[index];
  const names = subject ? [subject] : report.models.map((found) => found.name);
  const replay = names.map((name) => report.replay[name]?.[index]).find((place) => place !== null && place !== undefined);
  return [
    element("p", { class: "words" }, item.words.map((place) => report.texts[place]).join(" → ")),
    command(replay === undefined ? "" : report.texts[replay]),
  ].filter(Boolean);
}
