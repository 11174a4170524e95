/** All pictures of a case, moved and enlarged as one. */
const viewer = (() => {
  const dialog = by("viewer"), stage = by("stage");
  const at = { list: [], place: 0, metric: "", x: 0, y: 0, z: 1, mode: "side", first: "", second: "", map: null };
  dialog.dataset.mode = "side";

  const item = () => report.cases[at.list[at.place]];
  const move = () => {
    const room = 50 * (at.z - 1);
    at.x = Math.max(-room, Math.min(room, at.x));
    at.y = Math.max(-room, Math.min(room, at.y));
    for (const key of ["x", "y", "z"]) stage.style.setProperty(`--${key}`, at[key]);
    stage.dataset.near = at.z > 1;
    by("zoom").value = `${at.z < 10 ? at.z.toFixed(1).replace(".0", "") : Math.round(at.z)}×`;
  };
  const enlarge = (factor) => {
    const before = at.z;
    at.z = Math.max(1, Math.min(32, at.z * factor));
    at.x *= at.z / before;
    at.y *= at.z / before;
    move();
  };
  const reset = () => { Object.assign(at, { x: 0, y: 0, z: 1 }); move(); };

  const picture = (name) => {
    const source = name === "artefact map" ? at.map.at : address(item(), name);
    const image = element("img", { src: source, alt: `${name} of ${item().image}`, draggable: "false", decoding: "async" });
    image.addEventListener("load", () => {
      if (name !== "artefact map") {
        dialog.style.setProperty("--shape", image.naturalWidth / image.naturalHeight);
      }
    });
    return image;
  };
  const caption = (name) => {
    const value = model[name] ? score(at.metric, name, at.list[at.place]) : null;
    const metric = metricOf[at.metric];
    const words = name === "artefact map" ? at.map.words : value === null ? "" : `${shown(value, digits(metric))} ${metric.unit}`;
    const map = name === "artefact map";
    return element("figcaption", { class: map ? "long" : null }, label(name),
      element("span", { class: map && !at.map.trusted ? "distrust" : null }, words));
  };
  const label = (name) => ({ hr: "HR", lr: "LR" })[name] ?? name;
  const pane = (name, ...images) => element("figure", { class: "pane" }, caption(name), element("div", { class: "window" }, ...images));

  const pictures = () => [...(by("whole").checked ? item().pictures : siblings(item().pictures, at.subject)),
    ...(at.map ? ["artefact map"] : [])];
  const draw = () => {
    dialog.dataset.mode = at.mode;
    by("viewer-title").textContent = caseName(item());
    if (at.mode === "side") {
      stage.replaceChildren(...pictures().map((name) => pane(name, picture(name))));
    } else {
      const top = element("div", { class: "top" }, picture(at.second));
      const figure = pane(at.first, picture(at.first), top);
      const words = at.mode === "slider" ? `${label(at.first)} | ${label(at.second)}` : `|${label(at.first)} − ${label(at.second)}| × 4`;
      figure.querySelector("figcaption").replaceChildren(words);
      stage.replaceChildren(figure);
    }
    by("previous").disabled = at.place === 0;
    by("next").disabled = at.place === at.list.length - 1;
    move();
  };
  const choices = () => {
    const names = pictures();
    if (!names.includes(at.first)) at.first = names.find((name) => name === report.baseline) ?? names[0];
    if (!names.includes(at.second)) at.second = names.at(-1);
    for (const [id, key] of [["left", "first"], ["right", "second"]]) {
      by(id).replaceChildren(...names.map((name) => element("option", { value: name }, label(name))));
      by(id).value = at[key];
    }
  };
  const show = () => {
    const index = at.list[at.place];
    at.map = report.gallery.find((card) => card.case === index)?.map ?? null;
    choices();
    by("about").replaceChildren(...about(index, at.subject));
    draw();
  };
  const walk = (step) => {
    const place = at.place + step;
    if (place >= 0 && place < at.list.length) { at.place = place; show(); }
  };

  const keys = {
    "+": () => enlarge(1.5), "=": () => enlarge(1.5), "-": () => enlarge(1 / 1.5), 0: reset,
    ArrowLeft: () => { at.x += 6 * at.z; move(); }, ArrowRight: () => { at.x -= 6 * at.z; move(); },
    ArrowUp: () => { at.y += 6 * at.z; move(); }, ArrowDown: () => { at.y -= 6 * at.z; move(); },
    n: () => walk(1), p: () => walk(-1),
  };
  dialog.addEventListener("keydown", (event) => {
    if (["SELECT", "INPUT"].includes(event.target.tagName) || event.ctrlKey || event.metaKey) return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  stage.addEventListener("wheel", (event) => {
    const box = event.target.closest(".window")?.getBoundingClientRect();
    if (!box) return;
    event.preventDefault();
    const before = at.z;
    at.z = Math.max(1, Math.min(32, at.z * Math.exp(-event.deltaY / 400)));
    // What is under the pointer stays there.
    const across = ((event.clientX - box.left) / box.width - 0.5) * 100;
    const down = ((event.clientY - box.top) / box.height - 0.5) * 100;
    at.x = across - (across - at.x) * (at.z / before);
    at.y = down - (down - at.y) * (at.z / before);
    move();
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => {
    const box = event.target.closest(".window")?.getBoundingClientRect();
    if (!box || at.z === 1) return;
    stage.setPointerCapture(event.pointerId);
    const drag = (moved) => {
      at.x += (moved.movementX / box.width) * 100;
      at.y += (moved.movementY / box.height) * 100;
      move();
    };
    stage.addEventListener("pointermove", drag);
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, () => stage.removeEventListener("pointermove", drag), { once: true });
    }
  });
  const choose = tabs(by("mode"), (mode) => { at.mode = mode; draw(); });
  by("split").addEventListener("input", (event) => stage.style.setProperty("--split", `${event.target.value}%`));
  by("left").addEventListener("change", (event) => { at.first = event.target.value; draw(); });
  by("right").addEventListener("change", (event) => { at.second = event.target.value; draw(); });
  by("whole").addEventListener("change", () => { choices(); draw(); });
  by("in").addEventListener("click", () => enlarge(1.5));
  by("out").addEventListener("click", () => enlarge(1 / 1.5));
  by("reset").addEventListener("click", reset);
  by("previous").addEventListener("click", () => walk(-1));
  by("next").addEventListener("click", () => walk(1));
  by("close").addEventListener("click", () => dialog.close());

  /** list: places of cases to walk through; subject: the model whose failing is looked at. */
  return (list, place, metric, subject) => {
    Object.assign(at, { list, place, metric, subject, second: subject ?? "" });
    reset();
    show();
    dialog.showModal();
    stage.focus();
  };
})();

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
