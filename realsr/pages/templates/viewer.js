/** All pictures of a case, moved and enlarged as one, two of them under a slider, or their difference.
    host.title(index): a case's name. host.pictures(index, context, whole): what is shown of it, each {name, label,
    source, words, alarm, foreign}: alarm marks the words, foreign has a shape of its own. host.about(index, context):
    what stands below. host.base: the name that the slider begins with.
    Returns (list, place, context): opens at one of a list of cases. context.subject: the name to look at. */
const pictureViewer = (host) => {
  const dialog = by("viewer"), stage = by("stage");
  const at = { list: [], place: 0, context: {}, x: 0, y: 0, z: 1, mode: "side", first: "", second: "" };
  dialog.dataset.mode = "side";

  const index = () => at.list[at.place];
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

  const pictures = () => host.pictures(index(), at.context, by("whole").checked);
  const named = (name) => pictures().find((found) => found.name === name);
  const picture = (found) => {
    const image = element("img", { src: found.source, alt: `${found.name} of ${host.title(index())}`, draggable: "false", decoding: "async" });
    image.addEventListener("load", () => {
      if (!found.foreign) dialog.style.setProperty("--shape", image.naturalWidth / image.naturalHeight);
    });
    return image;
  };
  const caption = (found) => element("figcaption", { class: found.foreign ? "long" : null }, found.label,
    element("span", { class: found.alarm ? "distrust" : null }, found.words));
  const pane = (found, ...images) => element("figure", { class: "pane" }, caption(found), element("div", { class: "window" }, ...images));

  const draw = () => {
    dialog.dataset.mode = at.mode;
    by("viewer-title").textContent = host.title(index());
    if (at.mode === "side") {
      stage.replaceChildren(...pictures().map((found) => pane(found, picture(found))));
    } else {
      const [first, second] = [named(at.first), named(at.second)];
      const figure = pane(first, picture(first), element("div", { class: "top" }, picture(second)));
      const words = at.mode === "slider" ? `${first.label} | ${second.label}` : `|${first.label} − ${second.label}| × 4`;
      figure.querySelector("figcaption").replaceChildren(words);
      stage.replaceChildren(figure);
    }
    by("previous").disabled = at.place === 0;
    by("next").disabled = at.place === at.list.length - 1;
    move();
  };
  const choices = () => {
    const found = pictures(), names = found.map((one) => one.name);
    if (!names.includes(at.first)) at.first = names.find((name) => name === host.base) ?? names[0];
    if (!names.includes(at.second)) at.second = names.at(-1);
    for (const [id, key] of [["left", "first"], ["right", "second"]]) {
      by(id).replaceChildren(...found.map((one) => element("option", { value: one.name }, one.label)));
      by(id).value = at[key];
    }
  };
  const show = () => {
    choices();
    by("about").replaceChildren(...host.about(index(), at.context));
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

  return (list, place, context = {}) => {
    Object.assign(at, { list, place, context, second: context.subject ?? "" });
    reset();
    show();
    dialog.showModal();
    stage.focus();
  };
};
